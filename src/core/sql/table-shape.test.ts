import { describe, expect, it } from 'vitest'
import { eventColumns } from '../event/columns.ts'
import { readHiveType } from './hive-type.ts'
import { type StoredColumn, tableShape } from './table-shape.ts'
import { readType } from './type-text.ts'
import { fromColumnType, typeName } from './types.ts'

const whole = eventColumns.map(
  ({ name, type }): StoredColumn => ({ name: name.toLowerCase(), type: readType(typeName(fromColumnType(type))) }),
)
const without = (...names: readonly string[]): readonly StoredColumn[] =>
  whole.filter(({ name }) => !names.includes(name))
const column = (name: string, type: string): StoredColumn => ({ name, type: readHiveType(type) })

/** `x AS "name"` of the relation, without the comma after it. */
function selected(columns: readonly StoredColumn[], name: string): string | undefined {
  const shape = tableShape('t', columns)
  if ('problem' in shape) throw new Error(shape.problem)
  return shape.eventsTable
    .slice('(SELECT '.length)
    .split(/ AS "/)
    .map((part, at, parts) => [parts[at + 1]?.split('"')[0], part.replace(/^[^"]+", /, '')] as const)
    .find(([own]) => own === name)?.[1]
}

describe('the shape of a table', () => {
  it('is raw where no account and ordinal stand beside the events', () => {
    const shape = tableShape('"db"."t"', [...whole, { name: 'dt', type: readType('varchar'), isPartition: true }], {
      day: { name: 'dt', format: 'yyyy-MM-dd' },
    })
    expect(shape).toMatchObject({ exactOnce: false, lacking: [], accountColumn: '_account' })
  })

  it('is that of a snapshot where they do: its own name, and the day of the event', () => {
    const technical = ['_account', '_ordinal', 'event_date'].map((name) => column(name, 'string'))
    expect(tableShape('"db"."t"', [...whole, ...technical])).toMatchObject({
      eventsTable: '"db"."t"',
      exactOnce: true,
      dayColumn: { name: 'event_date', isDate: false },
      lacking: [],
    })
  })

  it.each([
    ['JSON text, whose null is none', 'requestParameters', [], `nullif("requestParameters", 'null')`],
    ['a boolean, as its text', 'readOnly', [column('readonly', 'boolean')], 'CAST("readOnly" AS varchar)'],
    [
      'a struct without fields, with NULL for them',
      'addendum',
      [column('addendum', 'struct<reason:string,originaleventid:string>')],
      'IF("addendum" IS NULL, NULL, CAST(ROW("addendum"."reason", CAST(NULL AS varchar), CAST(NULL AS varchar), "addendum"."originalEventID") AS row(reason varchar, updatedFields varchar, originalRequestID varchar, originalEventID varchar)))',
    ],
    [
      'structs in an array',
      'resources',
      [column('resources', 'array<struct<arn:string,accountid:string,type:string>>')],
      'transform("resources", r -> IF(r IS NULL, NULL, CAST(ROW(r."ARN", r."accountId", r."type", CAST(NULL AS varchar)) AS row(ARN varchar, accountId varchar, type varchar, ARNPrefix varchar))))',
    ],
  ])('reads %s', (_, name, changed, value) => {
    const names = changed.map((one) => one.name)
    expect(selected([...without(...names), ...changed], name)).toBe(value)
  })

  it('names the columns and fields that it lacks', () => {
    const columns = [
      ...without('extra', 'managementevent', 'tlsdetails'),
      column('tlsdetails', 'struct<tlsversion:string,ciphersuite:string>'),
    ]
    expect(tableShape('t', columns)).toMatchObject({
      lacking: ['managementEvent', 'tlsDetails.clientProvidedHostHeader', 'tlsDetails.keyExchange', 'extra'],
    })
  })

  it.each([
    ['without a column that the scope needs', without('eventtime'), { problem: 'missing', column: 'eventTime' }],
    [
      'with a struct where text is wanted',
      [...without('requestparameters'), column('requestparameters', 'struct<a:string>')],
      { problem: 'type', column: 'requestParameters', found: 'row', wanted: 'varchar' },
    ],
    [
      'with text where a wide struct is wanted, which is not told whole',
      [...without('useridentity'), column('useridentity', 'string')],
      {
        problem: 'type',
        column: 'userIdentity',
        found: 'varchar',
        wanted: 'row(type varchar, principalId varchar, arn varchar, …)',
      },
    ],
  ])('%s is told', (_, columns, problem) => expect(tableShape('t', columns)).toEqual(problem))

  it('tells copies by all that is stored of the event, and by the account of the path', () => {
    const columns = [
      ...['eventtime', 'eventname', 'eventsource', 'awsregion', 'recipientaccountid'].map((n) => column(n, 'string')),
      column('resources', 'array<struct<arn:string>>'),
      column('added', 'bigint'),
      column('_loaded_at', 'timestamp'),
      { name: 'account', type: readType('varchar'), isPartition: true },
    ]
    const shape = tableShape('t', columns, { account: 'account' })
    expect('problem' in shape ? shape : shape.eventsTable.replace(/^.* AS "recipientAccountId", /, '… ')).toBe(
      '… coalesce("recipientAccountId", "account") AS "_account", "account", sha256(to_utf8(json_format(CAST(ARRAY["eventtime", "eventname", "eventsource", "awsregion", "recipientaccountid", json_format(CAST("resources" AS JSON)), CAST("added" AS varchar), coalesce("recipientAccountId", "account")] AS JSON)))) AS "_copy" FROM t)',
    )
  })
})
