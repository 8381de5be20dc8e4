import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { localBytes } from './local-bytes.ts'
import { originalRecords } from './original-records.ts'
import { readLogFile } from './read-log-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'trailbook-originals-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const event = (name: string) => ({ eventVersion: '1.11', eventName: name, eventTime: '2026-01-15T10:00:00Z' })

async function take(text: string | Buffer, ordinals: readonly number[], sha256: string | null = null) {
  const path = join(folder, 'file.json')
  writeFileSync(path, text)
  const reading = originalRecords(path, localBytes(path), { ordinals: new Set(ordinals), sha256 })
  const found: { ordinal: number; offset: number | null; within: number; text: string }[] = []
  for (;;) {
    const next = await reading.next()
    if (next.done) return { found, file: next.value }
    const { bytes, ...place } = next.value
    found.push({ ...place, text: Buffer.from(bytes).toString() })
  }
}

describe('original records', () => {
  test('are the bytes of the file at their offset, in every form of file', async () => {
    const spaced = fc.constantFrom('', ' ', '\n', '\r\n\t ')
    const records = fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(
        records,
        spaced,
        fc.constantFrom('Records', 'bare', 'lines'),
        fc.boolean(),
        async (names, space, form, zip) => {
          const texts = names.map((name) =>
            JSON.stringify(event(name)).replace(',', `,${form === 'lines' ? '' : space}`),
          )
          const text =
            form === 'Records'
              ? `{${space}"Records":${space}[${space}${texts.join(`${space},${space}`)}${space}]${space}}`
              : form === 'bare'
                ? `[${space}${texts.join(`${space},${space}`)}]`
                : `${texts.join('\n')}\n`
          const all = texts.map((_, at) => at)
          const { found, file } = await take(zip ? gzipSync(text) : text, all)
          expect(found.map((one) => one.text)).toEqual(texts)
          const bytes = Buffer.from(text)
          for (const { offset, text: own } of found)
            expect(bytes.subarray(offset!, offset! + Buffer.byteLength(own)).toString()).toBe(own)
          expect(file.state).toBe('changed')
          const again = await take(text, [names.length - 1], file.sha256)
          expect([again.found.map(({ ordinal }) => ordinal), again.file.state]).toEqual([[names.length - 1], 'same'])
        },
      ),
      { numRuns: 60 },
    )
  })

  test('in an envelope are the envelope, and which of its records is meant', async () => {
    const one = { EventId: 'x', CloudTrailEvent: JSON.stringify(event('A')) }
    const nested = { message: JSON.stringify({ Records: [event('B'), event('C')] }) }
    const text = JSON.stringify({ events: [one, nested] })
    const { found } = await take(text, [0, 2])
    expect(found.map(({ ordinal, within, text: own }) => [ordinal, within, own])).toEqual([
      [0, 0, JSON.stringify(one)],
      [2, 1, JSON.stringify(nested)],
    ])
  })

  test('have the ordinals that ingest gives them', async () => {
    const text = JSON.stringify({ Records: [event('A'), 'no record', event('B')] })
    const { found } = await take(text, [2])
    let ordinal = 0
    const ordinals: number[] = []
    const path = join(folder, 'file.json')
    for await (const piece of readLogFile(path, localBytes(path)))
      if (piece.kind === 'records')
        for (const record of piece.records) {
          if ('node' in record && record.text.includes('"B"')) ordinals.push(ordinal)
          ordinal++
        }
    expect(found.map((one) => one.ordinal)).toEqual(ordinals)
  })

  test.each([
    ['gone', undefined, []],
    ['unreadable', '{"Records":[{"eventName":"A","eventVersion":"1.11"},{', [0]],
  ])('of a file that is %s are those read before', async (state, text, expected) => {
    const path = join(folder, 'other.json')
    if (text !== undefined) writeFileSync(path, text)
    const reading = originalRecords(path, localBytes(path), { ordinals: new Set([0, 1]), sha256: null })
    const ordinals: number[] = []
    for (;;) {
      const next = await reading.next()
      if (next.done) {
        expect([next.value.state, ordinals]).toEqual([state, expected])
        return
      }
      ordinals.push(next.value.ordinal)
    }
  })
})
