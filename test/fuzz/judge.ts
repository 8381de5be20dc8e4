import type { BatchAnswer, BatchFile } from './ingest-batch.ts'
import type { FuzzInput } from './inputs.ts'
import { expectedOf } from './oracle.ts'

/** What is wrong with the answer for one input; nothing when all is well. */
export function problemsOf(input: FuzzInput, path: string, files: ReadonlyMap<string, BatchFile>): string[] {
  const own = files.get(path)
  if (own === undefined) return [`${input.name} is not in the ledger: it was dropped in silence`]
  if (input.entries === undefined) return isArchive(input.name) ? [] : judge(own, input.bytes)
  if (own.status !== 'ingested') return [`the whole archive ${input.name} is ${own.status} (${own.code})`]
  return input.entries.flatMap(({ path: inner, bytes }) => {
    const entry = files.get(`${path}!/${inner}`)
    return entry === undefined ? [`entry ${inner} is not in the ledger`] : judge(entry, bytes)
  })
}

const isArchive = (name: string): boolean => /\.(?:tar|tgz|tar\.gz|zip)$/.test(name)

function judge({ status, code, records, duplicates, quarantined, ids }: BatchFile, bytes: Buffer): string[] {
  const problems: string[] = []
  const say = (problem: string): void => void problems.push(problem)
  if (status === 'quarantined' && ids.length > 0) say(`it is quarantined (${code}), and has ${ids.length} events`)
  if (status === 'quarantined' && code === 'INPUT_UNFORESEEN') say('reading it failed in a way that nobody foresaw')
  if (records !== ids.length + duplicates + quarantined || duplicates < 0)
    say(`${records} records are not ${ids.length} events + ${duplicates} duplicates + ${quarantined} quarantined`)
  const expected = expectedOf(bytes)
  if (expected === undefined) return problems
  if (expected === 'nothing') return ids.length > 0 ? [...problems, 'a cut-off gzip file gave events'] : problems
  if (status === 'quarantined') {
    if (expected.must.size > 0) say(`it is quarantined (${code}), though ${expected.must.size} of its records are good`)
    return problems
  }
  if (records !== expected.records) say(`it has ${expected.records} records, and ${records} were counted`)
  const found = new Set(ids.map((id) => id ?? ''))
  for (const id of expected.must) if (!found.has(id)) say(`event ${JSON.stringify(id)} is missing`)
  for (const id of ids)
    if (id !== null && !expected.must.has(id) && expected.may?.has(id) === false)
      say(`event ${JSON.stringify(id)} is in no record`)
  return problems
}

export const totalsProblem = ({
  totals: { records, events, duplicates, quarantined },
  files,
}: BatchAnswer): string[] => {
  const inLake = files.reduce((sum, { ids }) => sum + ids.length, 0)
  const problems: string[] = []
  if (records !== events + duplicates + quarantined)
    problems.push(`${records} records are not ${events} events + ${duplicates} duplicates + ${quarantined} quarantined`)
  if (inLake !== events) problems.push(`the report says ${events} events, the lake has ${inLake}`)
  return problems
}
