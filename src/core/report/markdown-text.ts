/**
 * Other people's words in Markdown as GitHub renders it: no HTML, no markup, no link, no mention of a person or an
 * issue comes of them.
 */
import { isRightToLeft, shorten, visible } from './text.ts'

const entity = (character: string): string => `&#${character.codePointAt(0)};`

/** Running text. An empty comment parts what would become a mention, a reference or a link. */
export function markdownText(text: string, limit = 2000): string {
  return isolated(
    visible(shorten(text.replace(/\s+/g, ' ').trim(), limit))
      .replace(/[&<>"'`*_~[\]()|\\$!{}]/g, entity)
      .replace(/^([#>+-]|\d+[.)])/, (start) => entity(start[0]!) + start.slice(1))
      .replace(/@|(?<!&)#(?=\w)|GH-(?=\d)/g, (part) => `${part}<!-- -->`)
      .replace(/(https?|ftp|mailto|xmpp):|www\./gi, (part) => `${part.slice(0, -1)}<!-- -->${part.slice(-1)}`),
  )
}

/** A value, as code: nothing in it is markup. Safe in the cell of a table too. */
export function markdownCode(text: string, limit = 300): string {
  const shown = visible(shorten(text, limit))
  if (shown === '') return ''
  // A backslash before a pipe cannot be written between backticks in a table.
  if (/[`|]|^\s|\s$/.test(shown)) return `<code>${isolated(shown.replace(/[^\p{L}\p{N}\p{M} ]/gu, entity))}</code>`
  return `\`${isolated(shown)}\``
}

/** First strong isolate and its end: neighbours keep their order, and the text its own direction. */
const isolated = (text: string): string => (isRightToLeft(text) ? `\u2068${text}\u2069` : text)
