import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { contentsOfLake, manifestOf, partCount } from './contents.mjs'
import { accounts, firstDay, writeLogs } from './logs.mjs'

const day = 86_400_000

/**
 * Lakes that every kill begins with, and what each operation makes of them when nobody disturbs it.
 */
export async function makeWorld(folder, { call, random }) {
  const [first, second, third] = writeLogs(join(folder, 'logs'), random)
  const lakes = { a: join(folder, 'lake-a'), ab: join(folder, 'lake-ab'), abc: join(folder, 'lake-abc') }
  const copy = (from, to) => cpSync(from, to, { recursive: true })
  const ingest = async (lake, batch) => {
    const { answer, ms } = await call(['ingest', batch.folder, '--lake', lake])
    if (answer.records !== batch.records) throw new Error(`ingest counts ${answer.records} of ${batch.records} records`)
    return { answer, ms }
  }
  let events = (await ingest(lakes.a, first)).answer.events
  copy(lakes.a, lakes.ab)
  const grown = await ingest(lakes.ab, second)
  copy(lakes.ab, lakes.abc)
  const added = (await ingest(lakes.abc, third)).answer.events
  const compacted = join(folder, 'lake-compacted')
  copy(lakes.ab, compacted)
  const compaction = await call(['lake', 'compact', '--lake', compacted])
  // A hold of one account over the first day; the second day goes as a whole.
  const held = join(folder, 'lake-held')
  copy(lakes.ab, held)
  await call([
    'lake',
    'hold',
    'add',
    'case-17',
    '--from',
    firstDay,
    '--to',
    firstDay,
    '--account',
    accounts[0],
    '--reason',
    'test',
    '--lake',
    held,
  ])
  const age = `${Math.floor((Date.now() - Date.parse(firstDay)) / day) - 1}d`
  const retained = join(folder, 'lake-retained')
  copy(held, retained)
  const retention = await call(['lake', 'retain', '--older-than', age, '--lake', retained])
  const states = {
    a: await contentsOfLake(lakes.a),
    ab: await contentsOfLake(lakes.ab),
    abc: await contentsOfLake(lakes.abc),
    compacted: await contentsOfLake(compacted),
    retained: await contentsOfLake(retained),
  }
  events += grown.answer.events
  if (states.ab.rows !== events || states.abc.rows !== events + added)
    throw new Error('ingest counts other events than there are')
  if (states.compacted.hash !== states.ab.hash) throw new Error('compact changed the events')
  if (states.retained.rows !== states.ab.rows - retention.answer.rows || retention.answer.rows === 0)
    throw new Error('retain counts other events than went')
  rmSync(retained, { recursive: true })
  return {
    batches: { first, second, third },
    lakes: { ...lakes, compacted, held },
    states,
    age,
    copy,
    milliseconds: { ingest: grown.ms, compact: compaction.ms, retain: retention.ms },
    parts: {
      ab: manifestOf(lakes.ab).events.length,
      compacted: manifestOf(compacted).events.length,
      files: partCount(compacted),
    },
  }
}
