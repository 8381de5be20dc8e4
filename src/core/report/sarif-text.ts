import { shorten, visible } from './text.ts'

export const sarifSchema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'

const longest = 8000

/** `[text](target)` would be a link in a message (SARIF 3.11.6). */
export const sarifMessage = (text: string): string =>
  shorten(text, longest).split('\n').map(visible).join('\n').replaceAll('](', '] (')

/** A path as a URI: relative ones stay relative, to the root of the repository. */
export function sarifUri(path: string): string {
  const uri = path.split(/[\\/]/).map(encodeURIComponent).join('/')
  return uri.startsWith('/') ? `file://${uri}` : uri
}
