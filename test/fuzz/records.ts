/** Damage within records, which leaves JSON that a parser can read, mostly. */
import type { Chance } from './random.ts'

type Change = (text: string, chance: Chance) => string

const atKey = (text: string, chance: Chance, change: (key: string, at: number, end: number) => string): string => {
  const keys = [...text.matchAll(/"([A-Za-z]+)":/g)]
  if (keys.length === 0) return text
  const { 1: key, index } = chance.pick(keys)
  return change(key!, index, index + key!.length + 3)
}

const oddValues = [
  'null',
  'true',
  '0',
  '-0',
  '1e400',
  '-1.5E-7',
  '123456789012345678901234567890',
  '9007199254740993',
  '[]',
  '{}',
  '""',
  '[[[]]]',
  '{"":null}',
  '[1,"a",null,{}]',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u0000"',
  '"\\u2028"',
  '" "',
  '"null"',
  '"9999-99-99T99:99:99Z"',
  '"2026-01-31T09:00:00.123+02:00"',
  '{"a":1,"A":2,"a":3}',
  '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
]

/** Puts another value in the place of one that follows a key. */
const otherType: Change = (text, chance) =>
  atKey(text, chance, (_, at, end) => {
    const after = /^(?:"(?:[^"\\]|\\.)*"|true|false|null|-?[\d.eE+-]+)/.exec(text.slice(end))
    if (after === null) return text
    return text.slice(0, at) + text.slice(at, end) + chance.pick(oddValues) + text.slice(end + after[0].length)
  })

/** Puts a member in front of another. */
const moreMembers =
  (member: (key: string, chance: Chance) => string): Change =>
  (text, chance) =>
    atKey(text, chance, (key, at) => `${text.slice(0, at)}${member(key, chance)},${text.slice(at)}`)

const otherCase = (key: string, chance: Chance): string =>
  chance.percent(50) ? key.toUpperCase() : key[0]!.toUpperCase() + key.slice(1)

const nested = (depth: number): string => '{"a":['.repeat(depth) + ']}'.repeat(depth)

const changes: readonly Change[] = [
  otherType,
  otherType,
  otherType,
  moreMembers((key, chance) => `"${otherCase(key, chance)}":${chance.pick(oddValues)}`),
  moreMembers((key, chance) => `"${key}":${chance.pick(oddValues)}`),
  moreMembers((_, chance) => `"deep":${nested(chance.pick([2, 10, 40, 60, 1000]))}`),
  moreMembers((_, chance) => `"long":"${'x'.repeat(chance.pick([10, 1000, 100_000, 1_000_000]))}"`),
  moreMembers((_, chance) => `"${'k'.repeat(chance.pick([1, 500, 70_000]))}":1`),
  moreMembers((_, chance) => `"number":${'9'.repeat(chance.pick([20, 400, 50_000]))}`),
  moreMembers((_, chance) => `"many":[${Array.from({ length: chance.pick([10, 1000, 20_000]) }, () => '{}').join()}]`),
  moreMembers(
    (_, chance) =>
      `"${chance.pick(['Records', 'Events', 'detail', 'message', '__proto__', '', ' '])}":${chance.pick(oddValues)}`,
  ),
  moreMembers(
    (_, chance) =>
      `"resources":[${Array.from({ length: chance.pick([1, 50, 3000]) }, () => '{"ARN":"a","type":"b"}').join()}]`,
  ),
  (text) => text.replaceAll(/[{,]/g, (mark) => `${mark} \n\t`),
  (text) => text.replaceAll(/"([a-z])/g, (_, letter: string) => `"\\u00${letter.charCodeAt(0).toString(16)}`),
]

export const changeRecord = (text: string, chance: Chance): string => chance.pick(changes)(text, chance)
