import { writeFile } from 'node:fs/promises'
import { type EngineName, engineNames, engineToCheck } from '../../authoring/engines.ts'
import { shownPath } from '../../authoring/library.ts'
import { type LoadedRunbook, loadRunbook } from '../../authoring/load-runbook.ts'
import type { Issue } from '../../core/errors.ts'
import { issueLines } from '../../core/report/issue-lines.ts'
import { line, span } from '../../core/report/lines.ts'
import { plural } from '../../core/report/text.ts'
import { applyFixes } from '../../core/runbook/fixes.ts'
import { argumentList, defineCommand, flag, text } from '../command.ts'
import { loadConfig } from '../config.ts'
import { listIssues } from '../config-lists.ts'
import { checkedFiles, libraryFiles } from '../runbook-files.ts'
import { version } from '../version.ts'
import { writing } from '../write.ts'

export const lintCommand = defineCommand({
  name: 'lint',
  summary: 'Check runbooks for mistakes',
  details:
    'Reports every mistake of a file in one pass, with its place and what to do about it. Warnings are matters of taste and traps; they do not change the exit code unless --strict is given.',
  arguments: [
    {
      name: '[paths...]',
      description: 'files, folders or ids (default: your runbooks; without any, the shipped ones)',
    },
  ],
  options: [
    { flags: '--fix', description: 'mend what can be mended without changing the meaning' },
    {
      flags: '--engine <name>',
      description: 'also whether every query can be said on this engine; asks nobody',
      choices: engineNames,
    },
    { flags: '--strict', description: 'exit with 1 for warnings too' },
  ],
  formats: ['terminal', 'json', 'sarif'],
  examples: [
    { command: 'trailbook lint', says: 'check all runbooks of this folder' },
    { command: 'trailbook lint runbooks/stopped-trail.yaml --fix', says: 'mend one' },
    { command: 'trailbook lint --engine logs-insights', says: 'which queries cannot be asked there, and why' },
  ],
  async action(given, context) {
    const engine = engineOf(text(given, 'engine'))
    const config = await loadConfig(context)
    const files = await checkedFiles(argumentList(given, 'paths'), config, context)
    const { knownEvents } = await import('../../core/event/known-events.ts')
    const known = knownEvents()
    const linted: LoadedRunbook[] = []
    let fixed = 0
    for (const file of files) {
      const options = {
        aliases: config.aliases,
        lists: config.lists,
        library: () => libraryFiles(config),
        knownEvents: known,
        now: context.clock.now(),
        cwd: context.cwd,
      }
      const shown = shownPath(file.path, context.cwd)
      let loaded = await loadRunbook(file, options)
      const own = loaded.issues.filter((issue) => issue.at?.file === shown)
      const mended = flag(given, 'fix') ? applyFixes(loaded.text, own) : loaded.text
      if (mended !== loaded.text) {
        const before = fixable(loaded.issues)
        await writing(shown, () => writeFile(file.path, mended))
        loaded = await loadRunbook(file, options)
        fixed += before - fixable(loaded.issues)
      }
      linted.push(engine === undefined ? loaded : await withRefusals(loaded, shown, engine))
    }
    const configured = await listIssues(config, context.cwd)
    const texts = new Map([...linted.flatMap((loaded) => [...loaded.texts]), ...configured.texts])
    const found = byFile([...linted.flatMap((loaded) => loaded.issues), ...configured.issues])
    const all = [...found].flatMap(([file, issues]) =>
      issues.map(({ fix, at, ...issue }) => ({ file, ...issue, ...(at && { at }), fixable: fix !== undefined })),
    )
    const errors = all.filter((issue) => issue.severity === 'error').length
    const warnings = all.length - errors
    return {
      exitCode: errors > 0 || (flag(given, 'strict') && warnings > 0) ? 1 : 0,
      json: { schema: 'trailbook.lint/v1', files: linted.length, errors, warnings, fixed, issues: all },
      lines: (width) => [
        ...[...found].flatMap(([file, issues]) => issueLines({ file, text: texts.get(file) ?? '', issues }, width)),
        line(
          span(errors > 0 ? plural(errors, 'mistake') : 'No mistakes', errors > 0 ? 'bad' : 'good'),
          `, ${plural(warnings, 'warning')} in ${plural(linted.length, 'runbook')}${engine === undefined ? '' : `, for ${engine}`}${fixed > 0 ? `; ${fixed} mended` : ''}`,
        ),
      ],
      renders: {
        sarif: async () => (await import('../../core/report/sarif-issues.ts')).issuesSarif(all, version()),
      },
    }
  },
})

const engineOf = (name: string | undefined): EngineName | undefined => engineNames.find((known) => known === name)

/** The refusals of an engine beside the mistakes; of a broken runbook those are enough. */
async function withRefusals(loaded: LoadedRunbook, shown: string, engine: EngineName): Promise<LoadedRunbook> {
  const { runbook } = loaded
  if (runbook === undefined) return loaded
  const { checkOnEngine } = await import('../../authoring/engine-check.ts')
  const checked = checkOnEngine({ ...loaded, runbook }, shown, engineToCheck(engine))
  return { ...loaded, issues: [...loaded.issues, ...checked.flatMap(({ refusals }) => refusals)] }
}

const fixable = (issues: readonly Issue[]): number => issues.filter((issue) => issue.fix !== undefined).length

/** The issues by file; files beside runbooks are told once, however many runbooks they serve. */
function byFile(issues: readonly Issue[]): ReadonlyMap<string, readonly Issue[]> {
  const files = new Map<string, Issue[]>()
  const seen = new Set<string>()
  for (const one of issues) {
    const file = one.at?.file ?? ''
    const key = JSON.stringify([file, one.at?.line, one.at?.column, one.code, one.message])
    if (seen.has(key)) continue
    seen.add(key)
    files.set(file, [...(files.get(file) ?? []), one])
  }
  return files
}
