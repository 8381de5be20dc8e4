import { join } from 'node:path'
import { expect, test } from 'vitest'
import { useLakeFolder } from '../../test/support/lake-folder.ts'
import { openDatabase } from '../duckdb/open.ts'
import { createKeyIndex } from './key-index.ts'

const { inFolder } = useLakeFolder()

test('a day is given up between merges only: until then nothing else knows what was added', async () => {
  const folder = inFolder('.')
  const database = await openDatabase({ folders: [folder], memoryLimit: '200MB' })
  const connection = await database.connect()
  const part = async (name: string, from: number, to: number): Promise<string> => {
    const path = join(folder, name)
    await connection.run(
      `COPY (SELECT 'id-' || i AS eventID, CAST(md5(i::VARCHAR) AS UUID) AS _hash FROM range(${from}, ${to}) t(i)) TO '${path}' (FORMAT parquet)`,
    )
    return path
  }
  const [first, other, copy] = [
    await part('first.parquet', 0, 10),
    await part('other.parquet', 100, 2000),
    await part('copy.parquet', 5, 15),
  ]
  const index = createKeyIndex(connection, 1000)
  await index.add('2026-01-01', first, [])
  await index.add('2026-01-02', other, [])
  expect([...(await index.add('2026-01-01', copy, []))]).toEqual([first])
  index.settle()
  const [again, known] = [await part('again.parquet', 0, 1), await part('known.parquet', 100, 101)]
  expect([...(await index.add('2026-01-02', known, [other]))], 'read again from the lake').toEqual([other])
  expect([...(await index.add('2026-01-01', again, []))], 'still held').toEqual([first])
  connection.closeSync()
  database.close()
})
