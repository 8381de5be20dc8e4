/** Text in the query language of Logs Insights -> commands, or the first mistake. */
import type { Span } from '../sql/tree.ts'
import { type Token, tokensOf } from './tokens.ts'
import type { Command, Named, Term } from './tree.ts'

interface Mistake {
  readonly span: Span
  readonly reason: string
}

class Stop extends Error {
  readonly mistake: Mistake
  constructor(span: Span, reason: string) {
    super(reason)
    this.mistake = { span, reason }
  }
}

type Parsed = { readonly commands: readonly Command[] } | { readonly mistake: Mistake }

/** Twice what the service takes ("StartQuery", CloudWatch Logs API): comments are not sent. */
const longestText = 20_000

export function parseInsights(text: string): Parsed {
  const whole = { start: 0, end: text.length }
  if (text.length > longestText)
    return { mistake: { span: whole, reason: `it is longer than ${longestText} characters` } }
  try {
    return { commands: readCommands(tokensOf(text), text.length) }
  } catch (error) {
    if (error instanceof Stop) return { mistake: error.mistake }
    if (error instanceof RangeError) return { mistake: { span: whole, reason: 'it nests too deep' } }
    throw error
  }
}

function readCommands(tokens: readonly Token[], length: number): readonly Command[] {
  let at = 0
  const end: Span = { start: length, end: length }
  const here = (): Span => tokens[at] ?? end
  const stop = (reason: string, span: Span = here()): never => {
    throw new Stop(span, reason)
  }
  const isSign = (value: string, ahead = 0) =>
    tokens[at + ahead]?.kind === 'sign' && tokens[at + ahead]!.value === value
  const isWord = (value: string, ahead = 0) =>
    tokens[at + ahead]?.kind === 'name' && tokens[at + ahead]!.value.toLowerCase() === value
  const take = (test: boolean): boolean => {
    if (test) at += 1
    return test
  }
  const want = (value: string) => take(isSign(value)) || stop(`${value} is expected here`)
  const from = (start: Span): Span => ({ start: start.start, end: tokens[at - 1]?.end ?? start.end })
  const name = (what: string): string => {
    const token = tokens[at]
    if (token?.kind !== 'name') return stop(`${what} is expected here`)
    at += 1
    return token.value
  }
  const listOf = <T>(item: () => T): T[] => {
    const items = [item()]
    while (take(isSign(','))) items.push(item())
    return items
  }

  const operators = (next: () => Term, found: () => string | undefined) => (): Term => {
    const start = here()
    let left = next()
    for (let operator = found(); operator !== undefined; operator = found()) {
      at += 1
      const right = next()
      left = { kind: 'binary', operator, left, right, ...from(start) }
    }
    return left
  }
  const oneOf =
    (...values: string[]) =>
    () =>
      values.find((value) => isSign(value))
  const word = (value: string) => () => (isWord(value) ? value : undefined)

  const primary = (): Term => {
    const token = tokens[at]
    if (token === undefined) return stop('the text ends where a value is expected')
    const span = { start: token.start, end: token.end }
    at += 1
    switch (token.kind) {
      case 'string':
      case 'number':
      case 'regex':
        return { kind: token.kind, value: token.value, ...span }
      case 'parameter':
      case 'list':
        return { kind: token.kind, name: token.value, ...span }
      case 'name': {
        if (!isSign('(')) return { kind: 'field', name: token.value, ...span }
        at += 1
        const args = isSign(')')
          ? []
          : isSign('*') && take(true)
            ? [{ kind: 'field' as const, name: '*', ...span }]
            : listOf(whole)
        want(')')
        return { kind: 'call', name: token.value, args, ...from(span) }
      }
      case 'sign':
        if (token.value === '(') {
          const inner = whole()
          want(')')
          return inner
        }
        if (token.value === '-') {
          const operand = primary()
          return {
            kind: 'binary',
            operator: '-',
            left: { kind: 'number', value: '0', ...span },
            right: operand,
            ...from(span),
          }
        }
        return stop(`${token.value} stands where a value is expected`, span)
      case 'wrong':
        return stop(`the character ${token.value} has no meaning here`, span)
    }
  }
  const product = operators(primary, oneOf('*', '/', '%', '^'))
  const sum = operators(product, oneOf('+', '-'))
  const comparison = (): Term => {
    const start = here()
    const left = sum()
    const negated = isWord('not') && (isWord('in', 1) || isWord('like', 1)) && take(true)
    if (take(isWord('in'))) {
      if (tokens[at]?.kind === 'parameter' || tokens[at]?.kind === 'list')
        return { kind: 'in', operand: left, items: [primary()], negated, ...from(start) }
      want('[')
      const items = listOf(primary)
      want(']')
      return { kind: 'in', operand: left, items, negated, ...from(start) }
    }
    if (take(isWord('like')) || take(isSign('=~')))
      return { kind: 'like', operand: left, pattern: primary(), negated, ...from(start) }
    const operator = ['=', '!=', '<=', '>=', '<', '>'].find((value) => isSign(value))
    if (operator === undefined) return left
    at += 1
    return { kind: 'binary', operator, left, right: sum(), ...from(start) }
  }
  const negation = (): Term => {
    const start = here()
    return take(isWord('not')) ? { kind: 'not', operand: negation(), ...from(start) } : comparison()
  }
  const whole = operators(operators(negation, word('and')), word('or'))
  const named = (): Named => {
    const term = whole()
    return take(isWord('as')) ? { term, as: name('a name') } : { term }
  }

  const command = (): Command => {
    const start = here()
    const called = name('a command')
    switch (called.toLowerCase()) {
      case 'fields':
        return { kind: 'fields', items: listOf(named), ...from(start) }
      case 'filter':
        return { kind: 'filter', condition: whole(), ...from(start) }
      case 'stats': {
        const items = listOf(named)
        return { kind: 'stats', items, by: take(isWord('by')) ? listOf(named) : [], ...from(start) }
      }
      case 'sort': {
        const items = listOf(() => {
          const field = name('a field')
          const descending = take(isWord('desc'))
          if (!descending) take(isWord('asc'))
          return { field, descending }
        })
        return { kind: 'sort', items, ...from(start) }
      }
      case 'limit': {
        const token = tokens[at++]
        if (token?.kind !== 'number' || !/^[1-9]\d*$/.test(token.value))
          return stop('a whole number is expected here', token)
        return { kind: 'limit', count: Number(token.value), ...from(start) }
      }
      case 'dedup':
        return { kind: 'dedup', names: listOf(() => name('a field')), ...from(start) }
      case 'display':
        return { kind: 'display', names: listOf(() => name('a field')), ...from(start) }
      case 'parse': {
        const source = name('a field')
        const pattern = primary()
        if (pattern.kind !== 'string' && pattern.kind !== 'regex')
          return stop('a text or a /pattern/ is expected here', pattern)
        const as = take(isWord('as')) ? listOf(() => name('a name')) : []
        return { kind: 'parse', from: source, pattern, as, ...from(start) }
      }
      default:
        return stop(
          `the command ${called} is not known: there are fields, filter, stats, sort, limit, dedup, display and parse`,
          start,
        )
    }
  }

  const commands = [command()]
  while (take(isSign('|'))) commands.push(command())
  if (at < tokens.length) stop('nothing is expected here but | and the next command')
  return commands
}
