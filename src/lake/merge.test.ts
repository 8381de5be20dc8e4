import { describe, expect, test } from 'vitest'
import { counts, delivered, event, type Json, useLakeFolder } from '../../test/support/lake-folder.ts'
import { lakeStatus } from './status.ts'

const { inFolder, open, write, run, rows } = useLakeFolder()

const history = (...records: Json[]): string =>
  JSON.stringify({ Events: records.map((record) => ({ CloudTrailEvent: JSON.stringify(record) })) })
const eventBridge = (record: Json): string =>
  JSON.stringify({ source: 'aws.iam', 'detail-type': 'AWS API Call via CloudTrail', detail: record })
const asText = (record: Json): Json => ({ ...record, readOnly: String(record.readOnly), managementEvent: 'true' })

describe('copies of one event by several ways', () => {
  const trail = delivered('AAAA')
  const orders: [string, string[]][] = [
    ['before', [trail, 'history.json']],
    ['after', ['history.json', trail]],
  ]

  test.each(orders)("of equal copies the trail's stays, coming %s that of the event history", async (_, names) => {
    const one = event()
    const contents: Record<string, string | Json[]> = { [trail]: [one], 'history.json': history(asText(one)) }
    const reports = []
    for (const name of names) {
      await write(name, contents[name]!)
      reports.push(counts(await run([inFolder(name)])))
    }
    expect(reports).toMatchObject([
      { records: 1, events: 1, duplicates: 0, variants: 0 },
      { records: 1, events: 0, duplicates: 1, variants: 0 },
    ])
    expect(await rows('_kind')).toEqual([['trail']])
  })

  test('each more trusted copy takes the place of the one before, in one batch and in later ones', async () => {
    const [one, two] = [event(), event()]
    await write('plain.json', [one, two])
    await write('history.json', history(asText(one)))
    expect(counts(await run())).toMatchObject({ records: 3, events: 2, duplicates: 1 })
    expect(await rows('_kind')).toEqual([['file'], ['history']])
    await write('bridge.json', eventBridge(one))
    expect(counts(await run([inFolder('bridge.json')]))).toMatchObject({ records: 1, events: 0, duplicates: 1 })
    expect(await rows('_kind')).toEqual([['eventbridge'], ['file']])
    await write(trail, [one, two])
    expect(counts(await run([inFolder(trail)]))).toMatchObject({ records: 2, events: 0, duplicates: 2, variants: 0 })
    expect(await rows('_kind, _ordinal')).toEqual([
      ['trail', 0],
      ['trail', 1],
    ])
    expect((await lakeStatus(await open())).lake).toMatchObject({ events: 2, variants: 0 })
  })

  const forgeries: [string, string][] = [
    ['a file that merely looks like one of a trail', 'looks.json'],
    ['a file with the name of a delivered one', delivered('FORGED')],
  ]

  test.each(forgeries)('%s replaces no copy of other content', async (_, name) => {
    const [one, two] = [event({ userAgent: 'true' }), event({ userAgent: 'true' })]
    await write('history.json', history(one))
    await write('bridge.json', eventBridge(two))
    await run()
    await write(name, [
      { ...one, userAgent: 'forged' },
      { ...two, userAgent: 'forged' },
    ])
    expect(counts(await run([inFolder(name)]))).toMatchObject({ records: 2, events: 2, duplicates: 0, variants: 2 })
    expect(await rows('userAgent')).toEqual([['forged'], ['forged'], ['true'], ['true']])
    expect((await lakeStatus(await open())).lake).toMatchObject({ events: 4, variants: 2 })
  })

  test.each(forgeries)('nor does %s that comes first keep the other out', async (_, name) => {
    const one = event()
    await write(name, [{ ...one, userAgent: 'forged' }])
    await run()
    await write('bridge.json', eventBridge(one))
    expect(counts(await run([inFolder('bridge.json')]))).toMatchObject({ events: 1, duplicates: 0, variants: 1 })
  })

  test('variants of several kinds in one batch all stay, and their copies count once', async () => {
    const one = event()
    await write(trail, [one, { ...one, userAgent: 'b' }, one])
    await write('history.json', history(asText(one), { ...one, userAgent: 'c' }))
    await write('bridge.json', eventBridge({ ...one, userAgent: 'b' }))
    expect(counts(await run())).toMatchObject({ records: 6, events: 3, duplicates: 3, variants: 2 })
    expect(await rows('_kind, userAgent')).toEqual([
      ['history', 'c'],
      ['trail', 'b'],
      ['trail', null],
    ])
  })
})

describe('a record that names no account', () => {
  const { recipientAccountId: _, ...bare } = event()

  test('is another event in the files of another account', async () => {
    await write(delivered('AAAA'), [bare])
    await write(delivered('BBBB', '444455556666'), [bare])
    expect(counts(await run())).toMatchObject({ records: 2, events: 2, duplicates: 0, variants: 0 })
    expect(await rows('_account')).toEqual([['111122223333'], ['444455556666']])
  })

  test('is the same event in another file of its account', async () => {
    await write(delivered('AAAA'), [bare])
    await run()
    await write(delivered('CCCC'), [bare])
    expect(counts(await run())).toMatchObject({ records: 2, events: 0, duplicates: 2 })
  })

  test('that of the envelope counts, and nothing changes for a record with an account of its own', async () => {
    const one = event()
    await write(delivered('AAAA', '444455556666'), [one])
    await write(delivered('BBBB'), [one])
    await write('bridge.json', JSON.stringify({ ...JSON.parse(eventBridge(bare)), account: '444455556666' }))
    expect(counts(await run())).toMatchObject({ records: 3, events: 2, duplicates: 1 })
    expect(await rows('_kind, _account')).toEqual([
      ['eventbridge', '444455556666'],
      ['trail', '111122223333'],
    ])
  })
})
