/** Text in which `{{ CEL }}` is filled in, alone or inside maps and lists. */
import { type CelContext, type CelResult, compileExpression, type Expression } from './cel.ts'
import { asText } from './cel-values.ts'
import { isJsonMap, type Json } from './json.ts'

type Segment =
  | { readonly kind: 'text'; readonly text: string }
  /** `start` is where `text` starts within the whole. */
  | { readonly kind: 'cel'; readonly text: string; readonly start: number }
  /** A `{{` that nothing closes. */
  | { readonly kind: 'open'; readonly start: number }

/** Splits at `{{ }}`; braces and quotes inside the expression are the expression's own. */
export function splitTemplate(text: string): readonly Segment[] {
  const segments: Segment[] = []
  let at = 0
  while (at < text.length) {
    const open = text.indexOf('{{', at)
    if (open === -1) break
    if (open > at) segments.push({ kind: 'text', text: text.slice(at, open) })
    const close = closing(text, open + 2)
    if (close === undefined) {
      segments.push({ kind: 'open', start: open })
      return segments
    }
    const inner = text.slice(open + 2, close)
    const lead = inner.length - inner.trimStart().length
    segments.push({ kind: 'cel', text: inner.trim(), start: open + 2 + lead })
    at = close + 2
  }
  if (at < text.length) segments.push({ kind: 'text', text: text.slice(at) })
  return segments
}

function closing(text: string, from: number): number | undefined {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const sign = text[at]
    if (sign === "'" || sign === '"') {
      const end = endOfQuote(text, at)
      if (end === undefined) return undefined
      at = end
    } else if (sign === '{') depth++
    else if (sign === '}' && depth > 0) depth--
    else if (sign === '}' && text[at + 1] === '}') return at
  }
  return undefined
}

function endOfQuote(text: string, at: number): number | undefined {
  for (let next = at + 1; next < text.length; next++) {
    if (text[next] === '\\') next++
    else if (text[next] === text[at]) return next
  }
  return undefined
}

interface Template {
  evaluate(context: CelContext): CelResult
}

/** A value that is exactly one `{{ }}` keeps its type; otherwise what is filled in becomes text (NULL as `null`). */
export function compileTemplate(value: Json): Template {
  if (typeof value === 'string') return textTemplate(value)
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => compileTemplate(item))
    return {
      evaluate: (context) =>
        collect(
          items.map((item, index) => [String(index), item.evaluate(context)]),
          (entries) => entries.map(([, item]) => item),
        ),
    }
  }
  if (isJsonMap(value)) {
    const members = Object.entries(value).map(([key, member]) => [key, compileTemplate(member)] as const)
    return {
      evaluate: (context) =>
        collect(
          members.map(([key, member]) => [key, member.evaluate(context)]),
          Object.fromEntries,
        ),
    }
  }
  return { evaluate: () => ({ value }) }
}

function collect(
  results: readonly (readonly [string, CelResult])[],
  gather: (entries: [string, Json][]) => Json,
): CelResult {
  const entries: [string, Json][] = []
  for (const [key, result] of results) {
    if (result.error !== undefined) return result
    entries.push([key, result.value])
  }
  return { value: gather(entries) }
}

function textTemplate(text: string): Template {
  const parts = splitTemplate(text).map((segment): string | Expression | undefined =>
    segment.kind === 'text' ? segment.text : segment.kind === 'cel' ? compileExpression(segment.text) : undefined,
  )
  if (parts.includes(undefined)) return { evaluate: () => ({ error: `${text}: a {{ that is not closed` }) }
  const alone = soleExpression(parts)
  if (alone) return alone
  if (parts.every((part) => typeof part === 'string')) return { evaluate: () => ({ value: text }) }
  return {
    evaluate(context) {
      let filled = ''
      for (const part of parts) {
        if (typeof part === 'string') filled += part
        else if (part) {
          const result = part.evaluate(context)
          if (result.error !== undefined) return result
          filled += asText(result.value)
        }
      }
      return { value: filled }
    },
  }
}

/** A block scalar ends with a line break; that does not make a text of it. */
function soleExpression(parts: readonly (string | Expression | undefined)[]): Expression | undefined {
  const expressions = parts.filter((part): part is Expression => typeof part === 'object')
  const texts = parts.filter((part): part is string => typeof part === 'string')
  return expressions.length === 1 && texts.every((part) => part.trim() === '') ? expressions[0] : undefined
}
