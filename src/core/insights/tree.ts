/** What a text in the query language of Logs Insights says. */
import type { Span } from '../sql/tree.ts'

export type Term = Span &
  (
    | { readonly kind: 'field'; readonly name: string }
    | { readonly kind: 'string' | 'regex' | 'number'; readonly value: string }
    | { readonly kind: 'parameter' | 'list'; readonly name: string }
    | { readonly kind: 'call'; readonly name: string; readonly args: readonly Term[] }
    | { readonly kind: 'binary'; readonly operator: string; readonly left: Term; readonly right: Term }
    | { readonly kind: 'not'; readonly operand: Term }
    | { readonly kind: 'in'; readonly operand: Term; readonly items: readonly Term[]; readonly negated: boolean }
    | { readonly kind: 'like'; readonly operand: Term; readonly pattern: Term; readonly negated: boolean }
  )

export interface Named {
  readonly term: Term
  readonly as?: string
}

export type Command = Span &
  (
    | { readonly kind: 'fields'; readonly items: readonly Named[] }
    | { readonly kind: 'filter'; readonly condition: Term }
    | { readonly kind: 'stats'; readonly items: readonly Named[]; readonly by: readonly Named[] }
    | { readonly kind: 'sort'; readonly items: readonly { readonly field: string; readonly descending: boolean }[] }
    | { readonly kind: 'limit'; readonly count: number }
    | { readonly kind: 'dedup' | 'display'; readonly names: readonly string[] }
    | { readonly kind: 'parse'; readonly from: string; readonly pattern: Term; readonly as: readonly string[] }
  )

/** How a column is called that nobody named: as the text has it, without blanks. */
export const termText = (term: Term): string => {
  switch (term.kind) {
    case 'field':
    case 'list':
      return term.name
    case 'parameter':
      return `:${term.name}`
    case 'call':
      return `${term.name}(${term.args.map(termText).join(',')})`
    case 'binary':
      return `${termText(term.left)} ${term.operator} ${termText(term.right)}`
    case 'not':
      return `not ${termText(term.operand)}`
    case 'in':
      return `${termText(term.operand)} in [${term.items.map(termText).join(',')}]`
    case 'like':
      return `${termText(term.operand)} like ${termText(term.pattern)}`
    default:
      return term.value
  }
}
