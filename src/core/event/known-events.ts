/** Pairs of event source and event name that exist. The list is never whole, so an unknown pair is a question, not a mistake. */
import { knownEventsData } from './known-events.data.ts'

export interface KnownEvents {
  /** Event sources, e.g. `iam.amazonaws.com`. */
  readonly sources: readonly string[]
  /** Event names of a source; undefined where it is not known. Without one, the names of all sources. */
  names(source?: string): ReadonlySet<string> | undefined
  /** Whether the name exists, in one of the sources where any are given. */
  has(name: string, sources: readonly string[]): boolean
}

const suffix = '.amazonaws.com'

/** Versions that some services add to the name: 20150331, 20150331v2, 2020_05_31. */
const version = /(\d{8}|\d{4}_\d{2}_\d{2})(v\d)?$/

export function knownEvents(): KnownEvents {
  const packed = new Map(
    knownEventsData.split('\n').map((line) => {
      const space = line.indexOf(' ')
      return [line.slice(0, space) + suffix, line.slice(space + 1)] as const
    }),
  )
  const unpacked = new Map<string, ReadonlySet<string>>()
  const namesOf = (source: string): ReadonlySet<string> | undefined => {
    const known = unpacked.get(source)
    if (known) return known
    const text = packed.get(source)
    if (text === undefined) return undefined
    const names = new Set(text.split(' ').flatMap(unpack))
    unpacked.set(source, names)
    return names
  }
  let all: ReadonlySet<string> | undefined
  const allNames = () => {
    all ??= new Set([...packed.keys()].flatMap((source) => [...(namesOf(source) ?? [])]))
    return all
  }
  const includes = (names: ReadonlySet<string> | undefined, name: string) =>
    names !== undefined &&
    (names.has(name) || (version.test(name) && (names.has(name.replace(version, '')) || names.has(dated(name)))))
  return {
    sources: [...packed.keys()],
    names: (source) => (source === undefined ? allNames() : namesOf(source)),
    has: (name, sources) =>
      sources.length === 0 ? includes(allNames(), name) : sources.some((source) => includes(namesOf(source), name)),
  }
}

/** UpdateFunctionCode20150331v2 stands in the list without the v2. */
const dated = (name: string): string => name.replace(/v\d$/, '')

function unpack(group: string): readonly string[] {
  const colon = group.indexOf(':')
  if (colon === -1) return [group]
  const verb = group.slice(0, colon)
  return group
    .slice(colon + 1)
    .split(',')
    .map((rest) => verb + rest)
}
