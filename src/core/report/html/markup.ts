/** HTML as a value: texts are escaped, only {@link Markup} is not. */
import { shorten } from '../text.ts'
import { escapeMarkup } from '../xml.ts'

export interface Markup {
  readonly markup: string
}

type Content = Markup | string | number | undefined | readonly Markup[]

const written = (content: Content): string => {
  if (content === undefined) return ''
  if (typeof content === 'string' || typeof content === 'number') return escapeMarkup(String(content))
  return 'markup' in content ? content.markup : content.map((part) => part.markup).join('')
}

/** ``html`<p>${text}</p>` ``. Values in attributes must stand between double quotes. */
export const html = (parts: TemplateStringsArray, ...values: readonly Content[]): Markup => ({
  markup: parts.reduce((text, part, index) => text + written(values[index - 1]) + part),
})

/** Text of ours that is markup already. */
export const trusted = (markup: string): Markup => ({ markup })

export const nothing: Markup = { markup: '' }

export const when = (condition: boolean, content: () => Markup): Markup => (condition ? content() : nothing)

/** Other people's words: they keep their own direction and leave that of their neighbours alone. */
export const event = (text: string, limit = 600): Markup => html`<bdi>${shorten(text, limit)}</bdi>`

/** A text in paragraphs: lines that end a sentence stay apart, others flow. */
export const prose = (text: string): readonly Markup[] =>
  text
    .trim()
    .split(/\n\s*\n|(?<=[.!?:;])\s*\n/)
    .map((part) => html`<p>${part.trim().replace(/\s+/g, ' ')}</p>`)

/** `2026-01-15T10:36:42Z` for people. */
export const timeMarkup = (time: string): Markup =>
  html`<time datetime="${time}">${time.replace('T', ' ').replace('Z', '')}</time>`
