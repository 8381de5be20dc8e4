/** The words of a text in the query language of Logs Insights ("CloudWatch Logs Insights language query syntax"). */
import type { Span } from '../sql/tree.ts'

export interface Token extends Span {
  readonly kind: 'name' | 'string' | 'regex' | 'number' | 'parameter' | 'list' | 'sign' | 'wrong'
  /** Strings and patterns without their quotes, names without backticks. */
  readonly value: string
}

const signs = ['!=', '<=', '>=', '=~', '|', '(', ')', '[', ']', ',', '=', '<', '>', '+', '-', '*', '/', '^', '%']

/** A pattern may stand after `like`, `=~` and `parse …`, where nothing can be divided. */
const beforePattern = (tokens: readonly Token[]): boolean => {
  const last = tokens.at(-1)
  if (last?.kind === 'sign') return last.value === '=~'
  const command = tokens.map(({ value }) => value).lastIndexOf('|') + 1
  return last?.kind === 'name' && (/^like$/i.test(last.value) || /^parse$/i.test(tokens[command]?.value ?? ''))
}

export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  const take = (kind: Token['kind'], value: string, length: number) => {
    tokens.push({ kind, value, start: at, end: at + length })
    at += length
  }
  while (at < text.length) {
    const rest = text.slice(at)
    const blank = /^(\s+|#[^\n]*)/.exec(rest)?.[0].length
    if (blank !== undefined) {
      at += blank
      continue
    }
    const string = /^"((?:[^"\\]|\\[\s\S])*)"|^'((?:[^'\\]|\\[\s\S])*)'/.exec(rest)
    const pattern = /^\/((?:[^/\\\n]|\\.)+)\//.exec(rest)
    const parameter = /^:([a-z]\w*)/.exec(rest)
    const list = /^lists\.([A-Za-z_]\w*)/.exec(rest)
    const name = /^(?:[@A-Za-z_][\w.@]*|`[^`]+`)/.exec(rest)
    const number = /^\d+(?:\.\d+)?/.exec(rest)
    const sign = signs.find((one) => rest.startsWith(one))
    if (string) take('string', (string[1] ?? string[2] ?? '').replace(/\\([\s\S])/g, '$1'), string[0].length)
    else if (pattern && beforePattern(tokens)) take('regex', pattern[1]!, pattern[0].length)
    else if (parameter) take('parameter', parameter[1]!, parameter[0].length)
    else if (list) take('list', list[1]!, list[0].length)
    else if (name) take('name', name[0].replaceAll('`', ''), name[0].length)
    else if (number) take('number', number[0], number[0].length)
    else if (sign) take('sign', sign, sign.length)
    else take('wrong', rest[0]!, 1)
  }
  return tokens
}
