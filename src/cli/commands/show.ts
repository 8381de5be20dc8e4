import { shownPath } from '../../authoring/library.ts'
import { loadRunbook, sound } from '../../authoring/load-runbook.ts'
import { runbookLines } from '../../core/report/show.ts'
import { argument, defineCommand } from '../command.ts'
import { loadConfig } from '../config.ts'
import { libraryFiles, resolveRunbooks } from '../runbook-files.ts'

export const showCommand = defineCommand({
  name: 'show',
  summary: 'Show one runbook: question, steps, SQL',
  arguments: [{ name: '<what>', description: 'the id of a runbook, or its file' }],
  options: [],
  examples: [
    { command: 'trailbook show root-activity', says: 'what it asks, step by step' },
    { command: 'trailbook show root-activity --format json', says: 'the whole runbook as data' },
  ],
  async action(given, context) {
    const config = await loadConfig(context)
    const [file] = await resolveRunbooks([argument(given, 'what') ?? ''], config, context)
    const shown = shownPath(file!.path, context.cwd)
    const { runbook, digest } = sound(
      await loadRunbook(file!, {
        aliases: config.aliases,
        lists: config.lists,
        library: () => libraryFiles(config),
        cwd: context.cwd,
      }),
      shown,
    )
    return {
      exitCode: 0,
      json: { schema: 'trailbook.show/v1', path: shown, digest, runbook },
      lines: (width) => runbookLines(runbook, shown, width),
    }
  },
})
