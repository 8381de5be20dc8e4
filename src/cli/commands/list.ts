import { readHead, shownPath } from '../../authoring/library.ts'
import { blank, line, span } from '../../core/report/lines.ts'
import { tableLines } from '../../core/report/table.ts'
import { plural } from '../../core/report/text.ts'
import { argumentList, defineCommand, list as optionList, text } from '../command.ts'
import { loadConfig } from '../config.ts'
import { libraryFiles, resolveRunbooks } from '../runbook-files.ts'

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
    const runbooks = heads
      .filter((head) => head !== undefined)
      .map((head) => ({ ...head, path: shownPath(head.path, context.cwd) }))
      .filter((head) => !seen.has(head.id) && seen.add(head.id))
      .filter((head) => tags.every((tag) => head.tags.includes(tag)))
      .filter((head) => severity === undefined || head.severity === severity)
    return {
      exitCode: 0,
      json: { schema: 'trailbook.list/v1', runbooks },
      lines: (width) =>
        runbooks.length === 0
          ? [line('There are no such runbooks.')]
          : [
              ...tableLines({
                columns: ['id', 'severity', 'title'],
                rows: runbooks.map(({ id, severity: level, title }) => ({ id, severity: level, title })),
                width,
                maxRows: runbooks.length,
              }),
              blank,
              line(span(plural(runbooks.length, 'runbook'), 'muted')),
            ],
    }
  },
})
