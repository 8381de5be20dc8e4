import { resolve } from 'node:path'
import { shownPath } from '../../authoring/library.ts'
import { TrailbookError } from '../../core/errors.ts'
import { labelled, line, span } from '../../core/report/lines.ts'
import { plural } from '../../core/report/text.ts'
import { day, hour, isoTime, milliseconds, type Window } from '../../core/time.ts'
import { defineCommand, flag, text } from '../command.ts'
import { simulateInto, wholeNumber } from '../simulate-into.ts'

export const simulateCommand = defineCommand({
  name: 'simulate',
  summary: 'Write the logs of a made-up organisation, with attacks in them',
  details:
    'Writes log files as CloudTrail delivers them, groundtruth.json (which events belong to which attack) and a trailbook.yaml that fits. The same options give the same files, but for digests, whose key is made anew. Nothing in them is real.',
  arguments: [],
  options: [
    { flags: '--events <n>', description: 'how many events in all', default: '100000' },
    { flags: '--seed <text>', description: 'another seed gives other events', default: '1' },
    { flags: '--out <folder>', description: 'a new or empty folder' },
    { flags: '--days <n>', description: 'how many days', default: '7' },
    { flags: '--start <time>', description: 'when the first day begins', default: '2026-01-08T00:00:00Z' },
    { flags: '--history <n>', description: 'how many of the days pass before the first attack', default: '0' },
    { flags: '--accounts <n>', description: 'how many accounts', default: '6' },
    {
      flags: '--stories <ids>',
      description: 'all, none, or ids of attack stories with commas between',
      default: 'all',
    },
    { flags: '--organization', description: "lay the files out as an organisation's trail does" },
    { flags: '--digests', description: 'write digests, too, signed by a new key, and keys.json to check them with' },
  ],
  examples: [
    { command: 'trailbook simulate --events 100000 --seed 1 --out ./logs', says: 'a week of six accounts' },
    {
      command: 'trailbook simulate --events 20000 --days 2 --stories root-takeover --out ./logs',
      says: 'two days with one attack',
    },
  ],
  async action(given, context) {
    const out = text(given, 'out')
    if (out === undefined) throw new TrailbookError('SIMULATE_NO_FOLDER')
    // What was typed is read before a folder is made.
    const request = {
      events: wholeNumber(given, 'events'),
      seed: text(given, 'seed') ?? '1',
      days: wholeNumber(given, 'days'),
      start: text(given, 'start') ?? '',
      history: wholeNumber(given, 'history'),
      accounts: wholeNumber(given, 'accounts'),
      stories: storiesOf(text(given, 'stories') ?? 'all'),
      organization: flag(given, 'organization'),
    }
    const folder = resolve(context.cwd, out)
    const shown = shownPath(folder, context.cwd)
    const withDigests = flag(given, 'digests')
    const truth = await simulateInto(folder, request, { shown, withDigests })
    const { events, files, window, stories } = truth
    return {
      exitCode: 0,
      json: {
        schema: 'trailbook.simulate/v1',
        out: shown,
        events,
        files,
        window,
        accounts: truth.organisation.accounts.length,
        stories: stories.map(({ id, title, from, to, steps }) => ({ id, title, from, to, steps: steps.length })),
      },
      lines: (width) => [
        line(
          span(plural(events, 'event'), 'strong'),
          ` in ${plural(files, 'log file')} of ${plural(truth.organisation.accounts.length, 'account')}`,
        ),
        ...labelled('Window', `${window.from} to ${window.to}`, width),
        ...labelled('Attacks', stories.map(({ id }) => id).join(', ') || 'none', width),
        ...labelled('Next', nextCommand(shown, window, { history: request.history, withDigests }), width),
      ],
    }
  },
})

/** The made-up week lies in the past, so the window is said; the days of history are what it is compared with. */
function nextCommand(
  folder: string,
  window: Window,
  { history, withDigests }: { readonly history: number; readonly withDigests: boolean },
): string {
  const from = isoTime(milliseconds(window.from) + history * day)
  const to = isoTime(milliseconds(window.to) - hour)
  const lookback = history > 1 ? `${history - 1}d` : '0s'
  return `cd ${folder} && trailbook ingest AWSLogs${withDigests ? ' --keys keys.json' : ''} && trailbook run --all --from ${from} --to ${to} --lookback ${lookback}`
}

const storiesOf = (value: string): 'all' | 'none' | readonly string[] =>
  value === 'all' || value === 'none'
    ? value
    : value
        .split(',')
        .map((id) => id.trim())
        .filter((id) => id !== '')
