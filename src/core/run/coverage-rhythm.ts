/** Whether a pause between deliveries can be told from a missing hour, by the rhythm of the place itself. */
import { day, hour, milliseconds, minute, second } from '../time.ts'
import type { Deliveries } from './coverage-facts.ts'
import type { Span } from './coverage-spans.ts'

/** With fewer steps from hour to hour nothing is known of the rhythm. */
const knownRhythm = 12

export const hasRhythm = ({ steps }: Deliveries): boolean => steps >= knownRhythm

export const hourOf = (time: number): number => Math.floor(time / hour) * hour

/** How long the place may be silent at the ends of what the lake holds. Deliveries lag by up to a quarter of an hour. */
export const usualSilence = ({ usual }: Deliveries): number =>
  Math.min(30 * minute, Math.max(15 * minute, 2 * usual * second))

/**
 * The part of a pause that nothing speaks for: the whole hours of the clock in it. Of a place that is known to be busier than
 * that, all of it: an hour that was taken out leaves a pause of at least an hour, wherever it began.
 */
export function silentPart(pause: Span, row: Deliveries): Span | undefined {
  if (hasRhythm(row) && pause.to - pause.from >= Math.max(hour, 1.3 * row.usual * second))
    return { from: pause.from + second, to: pause.to }
  const part = { from: hourOf(pause.from) + hour, to: hourOf(pause.to) }
  return part.from < part.to ? part : undefined
}

export const pausesOf = ({ pauses }: Deliveries): Span[] =>
  pauses.map(({ from, to }) => ({ from: milliseconds(from), to: milliseconds(to) }))

/** Pauses, with those from and to the bounds of what is known. */
export const edgedPauses = (row: Deliveries, bounds: Span): Span[] => [
  { from: bounds.from, to: milliseconds(row.first) },
  ...pausesOf(row),
  { from: milliseconds(row.last), to: bounds.to },
]

/** Fewer pauses say nothing about how regular they are. */
const regularPauses = 7
/** What arrives at once, as a schedule in the account makes it. */
const burst = 15 * minute

/**
 * The longest pause that may be inferred to be quiet; 0 where none may.
 *
 * Only a clockwork tells a quiet time from a missing one: short bursts with pauses between them, of which the longest is shorter
 * than what is left where one burst is taken out. Where bursts come at random, or anything lasts longer, an hour without events
 * and an hour whose events are missing look the same.
 */
export function inferableUpTo(pauses: readonly Span[]): number {
  if (pauses.length < regularPauses) return 0
  let least = Infinity
  for (let at = 1; at < pauses.length; at++) {
    const [before, after] = [pauses[at - 1]!, pauses[at]!]
    if (after.from - before.to > burst) return 0
    least = Math.min(least, after.to - before.from)
  }
  return Math.min(day, 0.9 * least)
}

/** Pauses much longer than any other of the same events. There is one at most. */
export function unheardOf(pauses: readonly Span[]): Span[] {
  const [longest, second] = [...pauses].sort((a, b) => length(b) - length(a))
  if (longest === undefined) return []
  return length(longest) > 3 * Math.max(hour, second === undefined ? 0 : length(second)) ? [longest] : []
}

/** Of a bucket, function or table: steps from hour to hour that show it to be in use, and to be in use at all hours. */
const inUse = 6
const atAllHours = 48
/** A night, and what is usually the rhythm of people. */
const night = 12 * hour
const knownPauses = 4
/** After so long it is taken to be out of use. */
const outOfUse = 30 * day

/**
 * Pauses of one bucket, function or table that its own past speaks against: the only one of one that is in use at all hours, or
 * one much longer than the others. What has been silent for longer than 30 days is told for these only.
 */
export function brokenRhythm(row: Deliveries, pauses: readonly Span[]): Span[] {
  if (row.steps < inUse) return []
  const silent = pauses.flatMap((pause) => silentPart(pause, row) ?? [])
  const broken =
    row.steps >= atAllHours && silent.length === 1
      ? silent
      : unheardOf(pauses).filter((pause) => length(pause) > night || silent.length >= knownPauses)
  return broken.map(({ from, to }) => ({ from, to: Math.min(to, from + outOfUse) }))
}

const length = ({ from, to }: Span): number => to - from
