/** The shell of a page: one file that loads nothing from anywhere, and says so to the browser. */
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { html, type Markup, trusted } from './markup.ts'
import { script } from './script.ts'
import { style } from './style.ts'

interface Page {
  readonly title: string
  readonly body: Iterable<Markup>
}

export function* pageChunks({ title, body }: Page): Generator<string> {
  yield '<!DOCTYPE html>\n'
  yield html`<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex, nofollow">
<meta name="generator" content="Trailbook">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
`.markup
  for (const part of body) yield `${part.markup}\n`
  yield `<script>${script}</script>\n</body>\n</html>\n`
}

/** Only this very style and this very script are allowed; nothing is fetched, sent or framed. */
const policy = (): string =>
  [
    "default-src 'none'",
    `style-src ${hashSource(style)}`,
    `script-src ${hashSource(script)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')

const hashSource = (text: string): string => `'sha256-${base64(sha256(utf8ToBytes(text)))}'`

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))
