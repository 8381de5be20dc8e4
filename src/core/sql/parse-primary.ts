/** The smallest whole expressions: literals, names, calls, lambdas and what stands in parentheses. */
import { type Cursor, isReserved } from './cursor.ts'
import { parseCall } from './parse-call.ts'
import { parseExpression } from './parse-expression.ts'
import { wordForm } from './parse-forms.ts'
import { typedLiteral } from './parse-literals.ts'
import { parseQuery, startsQuery } from './parse-query.ts'
import { SqlSyntaxError } from './tokenizer.ts'
import type { Expression, Identifier, Lambda } from './tree.ts'

export function parsePrimary(cursor: Cursor): Expression {
  const token = cursor.peek()
  switch (token.kind) {
    case 'string':
      cursor.next()
      return { kind: 'string', value: token.text, span: token }
    case 'binary':
      cursor.next()
      return { kind: 'binary', hex: token.text, span: token }
    case 'integer':
    case 'decimal':
    case 'double':
      cursor.next()
      return { kind: 'number', form: token.kind, text: token.text, span: token }
    case 'parameter':
      cursor.next()
      return { kind: 'parameter', name: token.text, span: token }
    case 'quoted':
      return nameOrLambda(cursor, token.start)
    case 'symbol':
      return afterSymbol(cursor, token.start)
    case 'end':
      return cursor.fail('an expression')
    case 'word':
      return afterWord(cursor, token.start)
  }
}

function nameOrLambda(cursor: Cursor, start: number): Expression {
  const name = cursor.identifier()
  if (cursor.takeSymbol('->')) return lambda(cursor, start, [name])
  return { kind: 'reference', parts: [name], span: cursor.span(start) }
}

function afterWord(cursor: Cursor, start: number): Expression {
  const { text } = cursor.peek()
  const form = wordForm(cursor, start)
  if (form) return form
  if (isReserved(text)) return cursor.fail('an expression')
  if (cursor.isSymbol('(', 1)) return parseCall(cursor, start)
  if (cursor.peek(1).kind === 'string') return typedLiteral(cursor, start)
  return nameOrLambda(cursor, start)
}

function afterSymbol(cursor: Cursor, start: number): Expression {
  const token = cursor.peek()
  if (['?', '$', '@', '{'].includes(token.text))
    throw new SqlSyntaxError('SQL_POSITIONAL_PARAMETER', { found: token.text }, token)
  if (!cursor.isSymbol('(')) return cursor.fail('an expression')
  const names = lambdaNames(cursor)
  if (names) return lambda(cursor, start, names)
  if (startsQuery(cursor, 1)) {
    const query = cursor.parenthesised(() => parseQuery(cursor))
    return { kind: 'scalar-query', query, span: cursor.span(start) }
  }
  const items = cursor.parenthesised(() => cursor.list(() => parseExpression(cursor)))
  return items.length === 1 ? items[0]! : { kind: 'row', items, span: cursor.span(start) }
}

function lambda(cursor: Cursor, start: number, parameters: readonly Identifier[]): Lambda {
  return { kind: 'lambda', parameters, body: parseExpression(cursor), span: cursor.span(start) }
}

/** Takes `(a, b) ->`; nothing is taken when it is something else. */
function lambdaNames(cursor: Cursor): Identifier[] | undefined {
  const mark = cursor.mark
  const names: Identifier[] = []
  cursor.next()
  while (cursor.isIdentifier()) {
    names.push(cursor.identifier())
    if (!cursor.takeSymbol(',')) break
  }
  if (cursor.takeSymbol(')') && cursor.takeSymbol('->')) return names
  cursor.reset(mark)
  return undefined
}
