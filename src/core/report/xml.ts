/** XML as text. `visible` leaves no character that XML 1.0 forbids. */
import { visible } from './text.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A text in an element or in a quoted attribute, in XML as in HTML. */
export const escapeMarkup = (text: string): string =>
  visible(text).replace(/[&<>"']/g, (character) => entities[character] ?? character)

export interface XmlNode {
  readonly name: string
  readonly attributes: Readonly<Record<string, string | number | undefined>>
  readonly children?: readonly XmlNode[]
  readonly text?: string
}

function* xmlChunks(node: XmlNode, depth = 0): Generator<string> {
  const margin = '  '.repeat(depth)
  const attributes = Object.entries(node.attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeMarkup(String(value))}"`)
    .join('')
  const open = `${margin}<${node.name}${attributes}`
  if (node.text !== undefined) {
    const text = node.text.split('\n').map(escapeMarkup).join('\n')
    yield `${open}>${text}</${node.name}>\n`
  } else if (node.children === undefined || node.children.length === 0) {
    yield `${open}/>\n`
  } else {
    yield `${open}>\n`
    for (const child of node.children) yield* xmlChunks(child, depth + 1)
    yield `${margin}</${node.name}>\n`
  }
}

export function* xmlDocument(root: XmlNode): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n'
  yield* xmlChunks(root)
}
