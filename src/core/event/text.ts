import { type JsonNode, rawJson, stringValue } from './json.ts'

/** No lone surrogates, so that UTF-8 can hold it. */
export const isWellFormed = (value: string): boolean => (value as WithIsWellFormed).isWellFormed()

/** ES2024: every Node.js from 20 has it, the ES2023 library types have not. */
type WithIsWellFormed = string & { isWellFormed(): boolean }

export const replaceSurrogates = (value: string): string => value.replace(/\p{Surrogate}/gu, '\ufffd')

/** An escape and what belongs to it: a pair of surrogates is one, and so is `\\`. The group is half a pair. */
const escapes = /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(u[dD][89a-fA-F][\da-fA-F]{2})|.)/gs

/** JSON text with U+FFFD for escapes of lone surrogates: readers of JSON, DuckDB's among them, refuse a whole text for one. */
export const replaceSurrogateEscapes = (json: string): string =>
  json.includes('\\u')
    ? json.replace(escapes, (whole: string, half: string | undefined) => (half === undefined ? whole : '\ufffd'))
    : json

/** Writes lone surrogates within JSON text as escapes, which mean the same and survive UTF-8. */
export const escapeSurrogates = (json: string): string =>
  json.replace(/\p{Surrogate}/gu, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`)

/** What a varchar column shows of a value: a string's content, otherwise its JSON text. */
export const scalarText = (text: string, node: JsonNode): string =>
  node.type === 'string' ? stringValue(text, node) : rawJson(text, node)

/** A JSON object of members whose values are JSON text already; doubled names stay. */
export const jsonObject = (members: readonly (readonly [string, string])[]): string =>
  `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`
