import { writeFile } from 'node:fs/promises'
import { shownPath } from '../../authoring/library.ts'
import { type LoadedRunbook, loadRunbook } from '../../authoring/load-runbook.ts'
import type { Issue } from '../../core/errors.ts'
import { blank, type Line, labelled, line, span } from '../../core/report/lines.ts'
import { plural } from '../../core/report/text.ts'
import { applyFixes } from '../../core/runbook/fixes.ts'
import { argumentList, defineCommand, flag } from '../command.ts'
import { loadConfig } from '../config.ts'
import { placeText } from '../failure.ts'
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
    { flags: '--strict', description: 'exit with 1 for warnings too' },
  ],
  formats: ['terminal', 'json', 'sarif'],
  examples: [
    { command: 'trailbook lint', says: 'check all runbooks of this folder' },
    { command: 'trailbook lint runbooks/stopped-trail.yaml --fix', says: 'mend one' },
  ],
  async action(given, context) {
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
      linted.push(loaded)
    }
    const texts = new Map(linted.flatMap((loaded) => [...loaded.texts]))
    const found = byFile(linted.flatMap((loaded) => loaded.issues))
    const all = [...found].flatMap(([file, issues]) =>
      issues.map(({ fix, at, ...issue }) => ({ file, ...issue, ...(at && { at }), fixable: fix !== undefined })),
    )
    const errors = all.filter((issue) => issue.severity === 'error').length
    const warnings = all.length - errors
    return {
      exitCode: errors > 0 || (flag(given, 'strict') && warnings > 0) ? 1 : 0,
      json: { schema: 'trailbook.lint/v1', files: linted.length, errors, warnings, fixed, issues: all },
      lines: (width) => [
        ...[...found].flatMap(([file, issues]) => fileLines({ file, text: texts.get(file) ?? '', issues }, width)),
        line(
          span(errors > 0 ? plural(errors, 'mistake') : 'No mistakes', errors > 0 ? 'bad' : 'good'),
          `, ${plural(warnings, 'warning')} in ${plural(linted.length, 'runbook')}${fixed > 0 ? `; ${fixed} mended` : ''}`,
        ),
      ],
      renders: {
        sarif: async () => (await import('../../core/report/sarif-issues.ts')).issuesSarif(all, version()),
      },
    }
  },
})

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

interface LintedFile {
  readonly file: string
  readonly text: string
  readonly issues: readonly Issue[]
}

function fileLines({ file, text, issues }: LintedFile, width: number): readonly Line[] {
  const source = text.split('\n')
  return issues.flatMap((issue) => [
    line(
      span(issue.at ? placeText({ ...issue.at, file }) : file, 'strong'),
      ' ',
      span(issue.severity, issue.severity === 'error' ? 'bad' : 'warn'),
      span(` ${issue.code}`, 'muted'),
    ),
    ...labelled('  ', issue.message, width),
    ...(issue.at ? excerpt(source[issue.at.line - 1] ?? '', issue.at, width) : []),
    ...labelled('  ', issue.hint, width, 'muted'),
    blank,
  ])
}

/** The line itself with a mark below the mistake, cut so that the mistake can be seen. */
function excerpt(
  content: string,
  at: { readonly column: number; readonly line: number; readonly endLine?: number; readonly endColumn?: number },
  width: number,
): readonly Line[] {
  const room = width - 6
  const start = Math.max(0, Math.min(at.column - 1 - Math.floor(room / 2), content.length - room))
  const shown = content
    .slice(start, start + room)
    .replace(/[\t\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, ' ')
  const column = at.column - 1 - start
  const end = at.endLine === at.line && at.endColumn !== undefined ? at.endColumn - 1 - start : column + 1
  const length = Math.max(1, Math.min(end, shown.length) - column)
  return [line('    ', span(shown)), line('    ', ' '.repeat(Math.max(0, column)), span('^'.repeat(length), 'accent'))]
}
