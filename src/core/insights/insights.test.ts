import { describe, expect, it } from 'vitest'
import { checkInsights } from './check.ts'
import { printInsights } from './print.ts'

const known = { parameters: ['account', 'names', 'least'], lists: ['keys'], columns: ['eventName', 'calls'] }
const scope = {
  window: { from: '2026-01-01T12:00:00Z', to: '2026-01-01T13:00:00Z' },
  earliest: '2026-01-01T11:00:00Z',
  ...{ accounts: ['111122223333'], regions: [], services: [] },
}
const text = `# who was refused
filter ispresent(errorCode) and errorCode like /(?i)denied/ and given(:account, recipientAccountId = :account)
| filter eventName in :names or \`requestParameters.a-b\` not in lists.keys
| stats count(*) as calls by eventName
| filter calls >= :least
| sort calls desc, eventName
| limit 20`

const print = (parameters: Parameters<typeof printInsights>[1]['parameters'], rows: { value: string }[] = []) =>
  printInsights(checkInsights(text, known).query!, {
    scope,
    parameters,
    lists: { keys: { columns: [{ name: 'value', type: 'varchar' }], rows } },
  })

describe('a text in the query language of Logs Insights', () => {
  it('is sent with the scope before it and the values in it', () => {
    expect(print({ account: '111122223333', names: ['A', 'B'], least: 3 }, [{ value: 'k' }])).toMatchInlineSnapshot(`
      "filter eventTime >= "2026-01-01T11:00:00Z" and eventTime < "2026-01-01T13:00:00Z" and recipientAccountId in ["111122223333"]
      | filter ((ispresent(errorCode) and (errorCode like /(?i)denied/)) and ((recipientAccountId = "111122223333")))
      | filter ((eventName in ["A", "B"]) or (\`requestParameters.a-b\` not in ["k"]))
      | stats count(*) as calls by eventName
      | filter (calls >= 3)
      | sort calls desc, eventName asc
      | limit 20"
    `)
  })

  it('loses conditions on parameters without a value, and folds empty lists', () => {
    const printed = print({ account: null, names: [], least: 3 })
    expect(printed).toContain('(errorCode like /(?i)denied/)) and (1 = 1))')
    expect(printed).toContain('filter ((1 = 0) or (1 = 1))')
  })

  it.each(['say "x"', 'a\\b', 'line\nbreak'])('refuses a value that could leave its quotes: %j', (account) => {
    expect(() => print({ account, names: [], least: 3 })).toThrow('cannot be asked this')
  })

  it.each([
    ['stats count(*) as calls by eventName | frobnicate x', 'frobnicate', 'the command frobnicate is not known'],
    ['fields eventName, calls | filter a = :acount', ':acount', 'there is no parameter acount'],
    ['fields eventName, calls | filter countt(a) = 1', 'countt(a)', 'the function countt is not known'],
    ['fields eventName, count(*) as calls', 'count(*)', 'count aggregates, which only stats does'],
    ['fields eventName, calls | dedup eventName | sort calls', 'sort calls', 'only limit may follow dedup'],
    ['fields eventName, calls | filter a = ', '', 'the text ends where a value is expected'],
    ['fields eventName, calls | filter a = /x/', '/', '/ stands where a value is expected'],
    ['fields eventName, calls | filter a ; b', ';', 'nothing is expected here'],
    ['stats count(*) as number by eventName', 'stats count(*) as number by eventName', 'it lacks the columns calls'],
    [
      'stats count(*) as a by b | stats sum(a) as c by b | stats max(c) as calls by eventName',
      'stats max(c) as calls by eventName',
      'stats may stand twice at most',
    ],
    ['fields eventName, calls | filter given(eventName, a = 1)', 'given(eventName, a = 1)', 'given has a parameter'],
    [`filter ${'('.repeat(9000)}`, `filter ${'('.repeat(9000)}`, 'it nests too deep'],
    [`#${'"'.repeat(30_000)}`, `#${'"'.repeat(30_000)}`, 'it is longer than 20000 characters'],
  ])('%.80s', (wrong, place, reason) => {
    const { mistakes } = checkInsights(wrong, known)
    expect(mistakes[0]?.reason).toContain(reason)
    expect(wrong.slice(mistakes[0]!.span.start, mistakes[0]!.span.end)).toBe(place)
  })
})
