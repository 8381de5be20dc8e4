import { type RunbookHead, readHead, shownPath } from '../../authoring/library.ts'
import { loadRunbook } from '../../authoring/load-runbook.ts'
import { blank, line, span } from '../../core/report/lines.ts'
import { tableLines } from '../../core/report/table.ts'
import { plural } from '../../core/report/text.ts'
import { argumentList, defineCommand, list as optionList, text } from '../command.ts'
import { loadConfig } from '../config.ts'
import { libraryFiles, resolveRunbooks } from '../runbook-files.ts'

interface ListedRunbook extends Omit<RunbookHead, 'lists'> {
  /** Mistakes that keep it from being run. */
  readonly issues: number
}

export const listCommand = defineCommand({
  name: 'list',
  summary: 'List the runbooks',
  details: 'Your own runbooks come first, then those that come with trailbook.',
  arguments: [{ name: '[paths...]', description: 'only the runbooks of these files and folders' }],
  options: [
    { flags: '--tag <tag>', description: 'only runbooks with this tag; may be given several times', repeatable: true },
    {
      flags: '--severity <severity>',
      description: 'only runbooks of this severity',
      choices: ['info', 'low', 'medium', 'high', 'critical'],
    },
  ],
  formats: ['terminal', 'json', 'ndjson', 'csv', 'markdown'],
  examples: [
    { command: 'trailbook list', says: 'every runbook in reach' },
    { command: 'trailbook list --tag iam', says: 'those about IAM' },
    { command: 'trailbook list --format json', says: 'with ATT&CK techniques, controls and paths' },
  ],
  async action(given, context) {
    const config = await loadConfig(context)
    const names = argumentList(given, 'paths')
    const files = names.length > 0 ? await resolveRunbooks(names, config, context) : await libraryFiles(config)
    const tags = optionList(given, 'tag')
    const severity = text(given, 'severity')
    const heads = await Promise.all(files.map((file) => readHead(file.path)))
    const unreadable = files.filter((_, index) => heads[index] === undefined)
    for (const file of unreadable)
      context.note(`${shownPath(file.path, context.cwd)} is no runbook that can be read; trailbook lint says why.`)
    const seen = new Set<string>()
    const chosen = files.flatMap((file, index) => {
      const head = heads[index]
      if (head === undefined || seen.has(head.id)) return []
      seen.add(head.id)
      const fits =
        tags.every((tag) => head.tags.includes(tag)) && (severity === undefined || head.severity === severity)
      return fits ? [{ file, head }] : []
    })
    const runbooks: ListedRunbook[] = []
    for (const { file, head } of chosen) {
      const { issues } = await loadRunbook(file, {
        aliases: config.aliases,
        lists: config.lists,
        library: () => libraryFiles(config),
        cwd: context.cwd,
      })
      const mistakes = issues.filter((issue) => issue.severity === 'error').length
      const path = shownPath(head.path, context.cwd)
      const { lists: _, ...told } = head
      runbooks.push({ ...told, path, issues: mistakes })
      if (mistakes > 0) context.note(`${path} has ${plural(mistakes, 'mistake')}; trailbook lint ${path} shows them.`)
    }
    const broken = runbooks.some((one) => one.issues > 0)
    return {
      exitCode: 0,
      json: { schema: 'trailbook.list/v1', runbooks },
      lines: (width) =>
        runbooks.length === 0
          ? [line('There are no such runbooks.')]
          : [
              ...tableLines({
                columns: ['id', 'severity', ...(broken ? ['mistakes'] : []), 'title'],
                rows: runbooks.map(({ id, severity: level, title, issues }) => ({
                  id,
                  severity: level,
                  title,
                  mistakes: issues === 0 ? '' : issues,
                })),
                width,
                maxRows: runbooks.length,
              }),
              blank,
              line(span(plural(runbooks.length, 'runbook'), 'muted')),
            ],
      renders: {
        ndjson: async () => (await import('../../core/report/ndjson.ts')).ndjsonLines(runbooks),
        csv: async () => (await import('../../core/report/row-reports.ts')).rowsCsv(tableOf(runbooks)),
        markdown: async () =>
          (await import('../../core/report/row-reports.ts')).rowsMarkdown(
            tableOf(runbooks),
            plural(runbooks.length, 'runbook'),
          ),
      },
    }
  },
})

const tableOf = (runbooks: readonly ListedRunbook[]) => ({
  columns: ['id', 'severity', 'title', 'tags', 'attack', 'path'].map((name) => ({ name })),
  rows: runbooks.map(({ id, severity, title, tags, attack, path }) => ({
    id,
    severity,
    title,
    tags: tags.join(' '),
    attack: attack.join(' '),
    path,
  })),
})
