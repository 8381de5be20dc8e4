import { describe, expect, test } from 'vitest'
import type { TrinoClient } from './client.ts'
import { tablePartitions } from './partitions.ts'

const varchar = { base: 'varchar', parts: [] }
const key = (name: string, type = varchar) => ({ name, type, isPartition: true })

/** A client of a table with one partition. */
const clientOf = (values: readonly (string | null)[], asked: string[]): TrinoClient =>
  ({
    settings: { catalog: 'hive', schema: 'ct', table: 'logs' },
    start: async (sql: string) => {
      asked.push(sql)
      return { columns: values.map((_, at) => ({ name: `value${at}`, type: 'varchar' })), data: [values] }
    },
  }) as unknown as TrinoClient

describe('partition columns of a raw table', () => {
  test.each<[string, readonly ReturnType<typeof key>[], readonly (string | null)[], object]>([
    [
      'ids and days',
      [key('account'), key('day')],
      ['111122223333', '2026/01/31'],
      { account: 'account', day: { name: 'day', format: 'yyyy/MM/dd' } },
    ],
    ['names of accounts narrow nothing', [key('account')], ['production'], { account: undefined, day: undefined }],
    ['no partition yet', [key('account'), key('dt')], [null, null], { account: undefined, day: undefined }],
    [
      'a day of its own type',
      [key('account_id'), key('day', { base: 'date', parts: [] })],
      ['111122223333'],
      { account: 'account_id', day: { name: 'day', format: 'date' } },
    ],
    [
      'three columns',
      [key('account'), key('year'), key('month'), key('day')],
      ['111122223333'],
      { account: 'account', day: { year: 'year', month: 'month', day: 'day', format: 'text' } },
    ],
  ])('%s', async (_, keys, values, wanted) => {
    const asked: string[] = []
    expect(await tablePartitions(clientOf(values, asked), keys, {})).toEqual(wanted)
    expect(asked).toHaveLength(1)
  })

  test('nothing is asked where there are none', async () => {
    const asked: string[] = []
    const day = { base: 'date', parts: [] }
    expect(await tablePartitions(clientOf([], asked), [key('day', day)], {})).toMatchObject({ account: undefined })
    expect(asked).toEqual([])
  })
})
