import type { ChainVerdict, PlaceVerdict } from '../core/digest/judge.ts'
import { indent, type Line, labelled, line, paragraph, type Style, span } from '../core/report/lines.ts'
import { plural, visible } from '../core/report/text.ts'

interface Layout {
  readonly width: number
  readonly shown: (path: string) => string
}

type Result = ChainVerdict & { readonly others: number; readonly keys: number }

const words = {
  valid: ['Valid', 'good'],
  invalid: ['Not valid', 'bad'],
  unknown: ['Cannot tell', 'warn'],
} as const satisfies Record<string, readonly [string, Style]>

/** Of each kind so many are named; JSON has all. */
const named = 20

/** The verdict for people: first the whole, then each account and Region with what is wrong there. */
export function chainLines(result: Result, layout: Layout): Line[] {
  const { places, others, keys } = result
  const digests = places.flatMap((place) => place.digests)
  const logs = places.flatMap((place) => place.logs)
  const [word, style] = words[result.verdict]
  const valid = (items: readonly { readonly verdict: string }[]) =>
    items.filter(({ verdict }) => verdict === 'valid').length.toLocaleString('en-US')
  return [
    line(
      span(word, style),
      `  ${valid(digests)} of ${plural(digests.length, 'digest')} and ${valid(logs)} of ${plural(logs.length, 'log file')} valid`,
    ),
    ...(digests.length === 0
      ? paragraph('There are no digests of this time and scope, so nothing proves the log files.', layout.width)
      : []),
    ...(keys === 0
      ? paragraph(
          'No keys are known: --keys takes what aws cloudtrail list-public-keys prints, also of trailbook ingest.',
          layout.width,
        )
      : []),
    ...places.flatMap((place) => placeLines(place, layout)),
    ...(others > 0
      ? paragraph(
          `${plural(others, 'other file')} had neither the name nor the folder of a log file, and ${others === 1 ? 'was' : 'were'} left out.`,
          layout.width,
          'muted',
        )
      : []),
  ]
}

function placeLines(place: PlaceVerdict, { width, shown }: Layout): Line[] {
  const [word, style] = words[place.verdict]
  const where = [place.organization, place.account, place.region].filter((part) => part !== null).join(' ')
  const time = place.from === null ? 'no digests' : `delivered ${place.from} to ${place.to}`
  const problem = (path: string | null, object: string, message: string) =>
    labelled('-', visible(`${path === null ? object : shown(path)}: ${message}.`), width - 2)
  const bad = <T extends { readonly verdict: string }>(items: readonly T[]) =>
    items.filter(({ verdict }) => verdict !== 'valid')
  const gaps = place.gaps.map(({ from, to, message }) =>
    labelled('-', `${from === null ? `before ${to}` : `${from} to ${to}`}: ${message}.`, width - 2),
  )
  const digests = bad(place.digests).map(({ path, object, faults }) =>
    problem(path, object, faults.map(({ message }) => message).join('; ')),
  )
  const logs = bad(place.logs).map(({ path, object, fault }) => problem(path, object, fault?.message ?? ''))
  return [
    line(''),
    line(span(word, style), `  ${where}, ${time}`),
    ...indent(
      [gaps, digests, logs].flatMap((kind) => limited(kind)),
      2,
    ),
  ]
}

const limited = (items: readonly (readonly Line[])[]): readonly Line[] => [
  ...items.slice(0, named).flat(),
  ...(items.length > named ? [line(`… and ${items.length - named} more; --format json has them`)] : []),
]
