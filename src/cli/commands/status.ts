import { shownPath } from '../../authoring/library.ts'
import { readLakeStatus } from '../../compose.ts'
import { indent, labelled, line } from '../../core/report/lines.ts'
import { coverageText, gapLines } from '../../core/report/terminal.ts'
import { plural } from '../../core/report/text.ts'
import { defineCommand } from '../command.ts'
import { loadConfig } from '../config.ts'
import { requireLake } from '../sources.ts'

export const statusCommand = defineCommand({
  name: 'status',
  summary: 'Show what the lake holds and covers',
  arguments: [],
  options: [],
  examples: [
    { command: 'trailbook status', says: 'events, size, first and last, and what is missing' },
    { command: 'trailbook status --lake /data/lake --format json', says: 'the same for machines' },
  ],
  async action(_given, context) {
    const config = await loadConfig(context)
    const shown = shownPath(config.lake, context.cwd)
    await requireLake(config, context)
    const { lake, coverage } = await readLakeStatus(config.lake)
    return {
      exitCode: 0,
      json: { schema: 'trailbook.status/v1', lake, coverage },
      lines: (width) => [
        ...labelled('Lake  ', shown, width),
        ...labelled(
          'Events',
          `${lake.events.toLocaleString('en-US')} from ${plural(lake.files, 'file')}, ${size(lake.bytes)}`,
          width,
        ),
        ...labelled('Time  ', lake.first === null ? 'empty' : `${lake.first} to ${lake.last}`, width),
        ...labelled('Seen  ', coverageText(coverage), width),
        ...(coverage.complete ? [] : [line(''), line('Not covered'), ...indent(gapLines(coverage, width), 2)]),
      ],
    }
  },
})

function size(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`
}
