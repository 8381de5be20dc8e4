import { type CaseOutcome, runCases } from '../../authoring/cases.ts'
import { shownPath } from '../../authoring/library.ts'
import { loadRunbook } from '../../authoring/load-runbook.ts'
import { openCaseEngine } from '../../compose.ts'
import { TrailbookError } from '../../core/errors.ts'
import { placeText } from '../../core/report/issue-lines.ts'
import { type Line, labelled, line, span } from '../../core/report/lines.ts'
import { plural } from '../../core/report/text.ts'
import { argumentList, defineCommand, text } from '../command.ts'
import { loadConfig } from '../config.ts'
import { checkedFiles, libraryFiles } from '../runbook-files.ts'

export const testCommand = defineCommand({
  name: 'test',
  summary: 'Run the cases of runbooks',
  details: 'Every case gives the runbook some events and says what it must find. Nothing else is read.',
  arguments: [
    {
      name: '[paths...]',
      description: 'files, folders or ids (default: your runbooks; without any, the shipped ones)',
    },
  ],
  options: [{ flags: '--case <text>', description: 'only cases whose name holds this text' }],
  formats: ['terminal', 'json', 'ndjson', 'junit'],
  examples: [
    { command: 'trailbook test', says: "all cases of this folder's runbooks" },
    { command: 'trailbook test root-activity --case console', says: 'some cases of one runbook' },
  ],
  async action(given, context) {
    const config = await loadConfig(context)
    const files = await checkedFiles(argumentList(given, 'paths'), config, context)
    const wanted = text(given, 'case')?.toLowerCase()
    const cases: CaseOutcome[] = []
    const engine = await openCaseEngine()
    try {
      for (const file of files) {
        if (context.signal.aborted) throw new TrailbookError('RUN_INTERRUPTED')
        const shown = shownPath(file.path, context.cwd)
        const loaded = await loadRunbook(file, {
          aliases: config.aliases,
          lists: config.lists,
          library: () => libraryFiles(config),
          cwd: context.cwd,
        })
        const { runbook } = loaded
        if (runbook === undefined) {
          const first = loaded.issues.find((issue) => issue.severity === 'error')
          const place = first?.at === undefined ? shown : placeText(first.at)
          cases.push({
            runbook: shown,
            name: 'the runbook can be read',
            status: 'failed',
            message: `${place}: ${first?.message ?? ''} ${first?.hint ?? ''}`.trim(),
          })
          continue
        }
        const own =
          wanted === undefined ? runbook.cases : runbook.cases.filter((one) => one.name.toLowerCase().includes(wanted))
        context.progress(`${runbook.id}: ${plural(own.length, 'case')} …`)
        for (const one of runbook.cases) {
          if (!own.includes(one)) cases.push({ runbook: runbook.id, name: one.name, status: 'skipped' })
        }
        for await (const outcome of runCases({ ...loaded, runbook: { ...runbook, cases: own } }, engine, {
          signal: context.signal,
        }))
          cases.push(outcome)
      }
    } finally {
      context.progress(undefined)
      await engine.close()
    }
    if (wanted !== undefined && cases.every((one) => one.status === 'skipped'))
      throw new TrailbookError('CLI_NO_CASE', { text: text(given, 'case') ?? '' })
    const count = (status: CaseOutcome['status']): number => cases.filter((one) => one.status === status).length
    const [passed, failed, skipped] = [count('passed'), count('failed'), count('skipped')]
    return {
      exitCode: failed > 0 ? 1 : 0,
      json: { schema: 'trailbook.test/v1', passed, failed, skipped, cases },
      lines: (width) => [
        ...cases.filter((one) => one.status === 'failed').flatMap((one) => failureOf(one, width)),
        line(
          span(
            failed > 0 ? `${failed} failed` : cases.length === 0 ? 'No cases' : 'All passed',
            failed > 0 ? 'bad' : 'good',
          ),
          `: ${plural(passed, 'case')} passed${skipped > 0 ? `, ${skipped} skipped` : ''} in ${plural(files.length, 'runbook')}`,
        ),
      ],
      renders: {
        ndjson: async () => (await import('../../core/report/ndjson.ts')).ndjsonLines(cases),
        junit: async () => (await import('../../core/report/junit.ts')).casesJunit(cases),
      },
    }
  },
})

const failureOf = (one: CaseOutcome, width: number): readonly Line[] => [
  line(span('failed', 'bad'), `  ${one.runbook}: ${one.name}`),
  ...(one.message ?? '')
    .split('\n')
    .flatMap((part) => labelled(part.startsWith('    ') ? '     ' : '   ', part.trim(), width)),
]
