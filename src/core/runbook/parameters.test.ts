import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TrailbookError } from '../errors.ts'
import type { ParameterKind } from '../sql/compile.ts'
import type { Json } from './json.ts'
import { parseScalar } from './parameter-values.ts'
import { resolveParameters } from './parameters.ts'
import { type Parameter, parameterSchema } from './schema-parameter.ts'

const declare = (parameter: object): Parameter => parameterSchema.parse(parameter)
const p = (parameter: object, given: Record<string, Json>, from: 'text' | 'json' = 'text') =>
  resolveParameters({ p: declare(parameter) }, given, { from }).p

describe('parseScalar', () => {
  it.each<[kind: ParameterKind, given: Json, value: Json]>([
    ['integer', '42', 42],
    ['integer', 42, 42],
    ['integer', '9007199254740993', '9007199254740993'],
    ['number', '1e3', 1000],
    ['number', '-.5', -0.5],
    ['boolean', 'true', true],
    ['boolean', false, false],
    ['duration', '1d12h', '1d12h'],
    ['timestamp', '2026-01-31', '2026-01-31T00:00:00Z'],
    ['timestamp', '2026-01-31T09:00', '2026-01-31T09:00:00Z'],
    ['timestamp', '2026-01-31T09:00:00.999+02:00', '2026-01-31T07:00:00Z'],
    ['account', '012345678901', '012345678901'],
    ['region', 'eu-central-1', 'eu-central-1'],
    ['region', 'us-gov-west-1', 'us-gov-west-1'],
    ['arn', 'arn:aws:iam::111122223333:role/path/app', 'arn:aws:iam::111122223333:role/path/app'],
    ['arn', 'arn:aws-us-gov:s3:::bucket/key', 'arn:aws-us-gov:s3:::bucket/key'],
    ['arn', 'arn:aws-cn:iam::111122223333:root', 'arn:aws-cn:iam::111122223333:root'],
    ['arn', 'arn:aws:iam::aws:policy/AdministratorAccess', 'arn:aws:iam::aws:policy/AdministratorAccess'],
    ['ip', '198.51.100.7', '198.51.100.7'],
    ['ip', '2001:db8::1', '2001:db8::1'],
    ['ip', '::ffff:198.51.100.7', '::ffff:198.51.100.7'],
    ['cidr', '2001:db8::/32', '2001:db8::/32'],
    ['cidr', '198.51.100.0/24', '198.51.100.0/24'],
    ['accessKey', ' AKIAIOSFODNN7EXAMPLE ', 'AKIAIOSFODNN7EXAMPLE'],
  ])('%s takes %j', (kind, given, value) => {
    expect(parseScalar(kind, given)).toEqual({ value })
  })

  it.each<[kind: ParameterKind, given: Json]>([
    ['integer', '1.5'],
    ['integer', '9223372036854775808'],
    ['integer', 1.5],
    ['number', 'NaN'],
    ['number', ''],
    ['boolean', 'yes'],
    ['duration', '7 days'],
    ['timestamp', '2026-02-30'],
    ['timestamp', '2026-01-31T25:00:00Z'],
    ['timestamp', '31.01.2026'],
    ['account', '12345678901'],
    ['account', 111122223333],
    ['region', 'Frankfurt'],
    ['arn', 'arn:aws:iam::1111:role/app'],
    ['arn', 'arn:other:iam::111122223333:role/app'],
    ['ip', '256.1.1.1'],
    ['ip', '01.1.1.1'],
    ['ip', '1:2:3:4:5:6:7:8:9'],
    ['ip', '1::2::3'],
    ['ip', ':'],
    ['cidr', '198.51.100.0/33'],
    ['cidr', '198.51.100.0'],
    ['accessKey', 'AIDAIOSFODNN7EXAMPLE'],
    ['string', 3],
  ])('%s does not take %j', (kind, given) => {
    expect(parseScalar(kind, given).problem).toMatch(/ is not /)
  })

  it('keeps every IPv6 address that is built by its rules', () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16))
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), fc.nat(6), (groups, at) => {
        expect(parseScalar('ip', groups.join(':')).value).toBe(groups.join(':'))
        const short = `${groups.slice(0, at).join(':')}::${groups.slice(at + 2).join(':')}`
        expect(parseScalar('ip', short).value).toBe(short)
      }),
    )
  })
})

describe('resolveParameters', () => {
  it.each<[name: string, parameter: object, given: Record<string, Json>, from: 'text' | 'json', value: Json]>([
    ['splits text at commas', { type: 'string[]' }, { p: 'a, b,,a' }, 'text', ['a', 'b']],
    ['takes repeated options', { type: 'integer[]' }, { p: ['1', '2,3'] }, 'text', [1, 2, 3]],
    ['leaves commas in JSON', { type: 'string[]' }, { p: ['a,b', null, 'a,b'] }, 'json', ['a,b']],
    ['takes one value for a list', { type: 'ip[]' }, { p: '198.51.100.7' }, 'json', ['198.51.100.7']],
    ['takes the default', { type: 'duration', default: '1h' }, {}, 'text', '1h'],
    ['takes a default list as JSON', { type: 'string[]', default: ['a,b'] }, {}, 'text', ['a,b']],
    ['makes NULL of an optional one', { type: 'arn', optional: true }, {}, 'text', null],
    ['takes an empty list', { type: 'arn[]', optional: true }, { p: '' }, 'text', []],
    ['holds to the bounds', { type: 'duration', max: '7d' }, { p: '168h' }, 'text', '168h'],
    ['holds to the options', { type: 'integer', options: [1, 2] }, { p: '2' }, 'text', 2],
    ['holds to the pattern', { type: 'string', pattern: 'a+' }, { p: 'aaa' }, 'text', 'aaa'],
  ])('%s', (_, parameter, given, from, value) => {
    expect(p(parameter, given, from)).toEqual(value)
  })

  it.each<[parameter: object, given: Record<string, Json>, message: string]>([
    [{ type: 'duration', max: '7d' }, { p: '8d' }, 'The parameter p: 8d is more than 7d.'],
    [{ type: 'integer', min: 1 }, { p: '0' }, 'The parameter p: 0 is less than 1.'],
    [{ type: 'string', options: ['a', 'b'] }, { p: 'c' }, 'The parameter p: "c" is not one of a, b.'],
    [{ type: 'string', pattern: 'a+' }, { p: 'xaa' }, 'The parameter p: "xaa" does not match a+.'],
    [{ type: 'string' }, { p: ['a', 'b'] }, 'The parameter p: there are 2 values, where one is needed.'],
    [{ type: 'ip[]' }, { p: '198.51.100.7,x' }, 'The parameter p: "x" is not an IPv4 or IPv6 address.'],
    [{ type: 'string', optional: true }, { q: 'a' }, 'There is no parameter q.'],
  ])('refuses %j given %j', (parameter, given, message) => {
    expect(() => p(parameter, given)).toThrow(message)
  })

  it('names everything that is missing and wrong at once', () => {
    const declared = {
      a: declare({ type: 'ip' }),
      b: declare({ type: 'arn', example: 'arn:aws:iam::111122223333:root' }),
      c: declare({ type: 'integer' }),
    }
    const caught = (() => {
      try {
        resolveParameters(declared, { c: 'x', d: 1 }, { from: 'text' })
      } catch (error) {
        return error
      }
    })()
    expect(caught).toBeInstanceOf(TrailbookError)
    expect(
      (caught as TrailbookError).issues.map(({ code, message, hint }) => `${code} ${message} ${hint}`),
    ).toMatchInlineSnapshot(`
      [
        "PARAMETER_MISSING Missing parameters: a, b. Give them: --param a=… --param b=arn:aws:iam::111122223333:root",
        "PARAMETER_INVALID The parameter c: "x" is not a whole number. It has the type integer.",
        "PARAMETER_UNKNOWN There is no parameter d. Known are a, b, c.",
      ]
    `)
  })
})
