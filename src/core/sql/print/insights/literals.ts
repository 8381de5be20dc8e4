/** Texts and patterns as Logs Insights reads them. */
import type { Span } from '../../tree.ts'
import { refuse } from './values.ts'

/**
 * Backslashes are doubled, as in the examples of the documentation ("Supported OpenSearch SQL commands and functions"). How a quote
 * is written inside a text is not documented, so no text may have one: a wrong guess would let a value leave its quotes.
 */
export function stringText(text: string, node: { readonly span: Span }): string {
  if (text.includes("'"))
    refuse(node, `a text with a single quote, ${JSON.stringify(text)}`, 'Put an underscore in its place and use LIKE.')
  if (/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text))
    refuse(node, 'a text with control characters', 'Leave the control characters out.')
  return `'${text.replaceAll('\\', '\\\\')}'`
}

const classes: Readonly<Record<string, string>> = { d: '0-9', w: 'A-Za-z0-9_', s: ' \\t\\n\\r\\f' }

/** The common subset of patterns with fewer backslashes, since each of them is one more thing that may be read otherwise. */
export function patternText(pattern: string, node: { readonly span: Span }): string {
  let inClass = false
  let out = ''
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!
    if (char !== '\\') {
      if (char === '[' && !inClass) inClass = true
      else if (char === ']' && inClass) inClass = false
      else if (char === '[' && inClass) {
        // A second bracket opens a class of its own in the patterns of Java.
        out += '\\['
        continue
      }
      out += char
      continue
    }
    const next = pattern[++at] ?? ''
    const known = classes[next]
    if (known !== undefined && next !== 's') out += inClass ? known : `[${known}]`
    else if (/[.*+?$(){}|/]/.test(next)) out += inClass ? next : `[${next}]`
    else if (/["':=,<>@#%&~ -]/.test(next) && !inClass) out += next
    else out += `\\${next}`
  }
  return stringText(out, node)
}
