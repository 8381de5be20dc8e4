import { describe, expect, it } from 'vitest'
import { readHiveType } from './hive-type.ts'
import { readType } from './type-text.ts'

describe('a type as Hive and the Glue Data Catalog write it', () => {
  it.each([
    ['string', 'varchar'],
    ['varchar(20)', 'varchar'],
    ['int', 'integer'],
    ['bigint', 'bigint'],
    ['BOOLEAN', 'boolean'],
    ['array<string>', 'array(varchar)'],
    ['map<string,string>', 'map(varchar, varchar)'],
    [
      'struct<arn:string,tags:array<struct<key:string,value:decimal(10,2)>>>',
      'row(arn varchar, tags array(row(key varchar, value decimal)))',
    ],
    [
      'struct<`timestamp`:string, a : map<string,struct<b:int>>>',
      'row("timestamp" varchar, a map(varchar, row(b integer)))',
    ],
    ['array<array<string>>', 'array(array(varchar))'],
    ['uniontype<int,string>', 'uniontype'],
  ])('%s is %s', (hive, trino) => {
    const read = readHiveType(hive)
    if (hive.startsWith('uniontype')) expect(read.base).toBe('uniontype')
    else expect(read).toEqual(readType(trino))
  })
})

it('types deeper than any event has are not gone down into', () => {
  const started = performance.now()
  const deep = (open: string, close: string): string => `${open.repeat(20_000)}x${close.repeat(20_000)}`
  for (const type of [
    readHiveType(deep('array<', '>')),
    readHiveType(deep('struct<a:', '>')),
    readType(deep('array(', ')')),
    readType(deep('row(a ', ')')),
  ])
    expect(type.parts).toHaveLength(1)
  expect(performance.now() - started).toBeLessThan(5000)
})
