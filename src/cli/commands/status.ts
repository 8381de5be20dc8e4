import { shownPath } from '../../authoring/library.ts'
import { readLakeStatus } from '../../compose.ts'
import { gapLines } from '../../core/report/coverage-lines.ts'
import { indent, labelled, line } from '../../core/report/lines.ts'
import { bytesText, plural, visible } from '../../core/report/text.ts'
import { coverageText } from '../../core/report/words.ts'
import type { Inventory } from '../../core/run/inventory.ts'
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
    const { lake, coverage } = await readLakeStatus(config.lake, config.inventory)
    return {
      exitCode: 0,
      json: { schema: 'trailbook.status/v1', lake, coverage, inventory: config.inventory ?? null },
      lines: (width) => [
        ...labelled('Lake  ', shown, width),
        ...labelled(
          'Events',
          `${lake.events.toLocaleString('en-US')} from ${plural(lake.files, 'file')}, ${bytesText(lake.bytes)}`,
          width,
        ),
        ...(lake.variants === 0
          ? []
          : labelled('Note  ', `${plural(lake.variants, 'event')} share an id with another of other content`, width)),
        ...(lake.forgotten === 0
          ? []
          : labelled('Note  ', `${plural(lake.forgotten, 'unreadable file')} forgotten on request`, width)),
        ...lake.holds.flatMap((hold) => labelled('Held  ', heldText(hold), width)),
        ...lake.removed.flatMap((one) => labelled('Gone  ', removedText(one), width)),
        ...labelled('Time  ', lake.first === null ? 'empty' : `${lake.first} to ${lake.last}`, width),
        ...labelled('Expect', expectedText(config.inventory), width),
        ...labelled('Seen  ', coverageText(coverage), width),
        ...(coverage.complete ? [] : [line(''), line('Not covered'), ...indent(gapLines(coverage, width), 2)]),
      ],
    }
  },
})

type Status = Awaited<ReturnType<typeof readLakeStatus>>['lake']

const heldText = ({ name, from, to, accounts, reason }: Status['holds'][number]): string =>
  `${visible(name)}: ${from ?? 'the beginning'} to ${to ?? 'the end'}, ${accounts.length === 0 ? 'all accounts' : accounts.map(visible).join(', ')} (${visible(reason)})`

function removedText({ from, to, accounts, rows, at }: Status['removed'][number]): string {
  const whose = accounts === null ? '' : ` of ${plural(accounts.length, 'account')}`
  return `${from} to ${to}: ${plural(rows, 'event')}${whose}, removed by retention on ${at.slice(0, 10)}`
}

/** A question is clear only against what is expected, so that stands beside what was seen. */
function expectedText(inventory: Inventory | undefined): string {
  if (inventory === undefined) return 'what was seen; trailbook.yaml has no inventory'
  const { accounts, trails } = inventory
  const regions = new Set(accounts.flatMap((account) => account.regions ?? inventory.regions))
  const known = trails.length === 0 ? '' : `; what ${trails.map(({ name }) => name).join(', ')} records`
  return `${plural(accounts.length, 'account')} in ${plural(regions.size, 'region')} by the inventory${known}`
}
