/**
 * What texts of CloudTrail Lake have that is no SQL: names of event data stores after FROM and JOIN, and the marks that people leave
 * where a value is to be put in (`${ip}`, `<access-key-id>`, `{{account}}`, `?`). Found before the text can be parsed.
 */
import type { TextEdit } from '../../errors.ts'
import { eventColumns } from '../../event/columns.ts'

interface Found {
  readonly edits: readonly TextEdit[]
  /** Names of the stores as written, each once. */
  readonly stores: readonly string[]
  /** Parameters by name, with the mark each stood for. */
  readonly parameters: ReadonlyMap<string, string>
}

/** Where text is text and where it is not: literals, quoted names and comments are left out of `code`. */
const pieces = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g

const uuid = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'
const mark = String.raw`\$\{[^{}\n']+\}|\{\{[^{}\n']+\}\}|\{[A-Za-z][^{}\n']*\}|<[A-Za-z][^<>\n']*>|\$[A-Za-z_]\w*`
const named = String.raw`[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*`
const storeAfter = new RegExp(
  String.raw`\b(?:FROM|JOIN)(?:\s|--[^\n]*\n|/\*[\s\S]*?\*/)+(${mark}|"?(?:arn:aws[\w-]*:cloudtrail:[\w-]+:\d{12}:eventdatastore/)?${uuid}"?|"[^"\n]+"|${named})(?!\s*\()`,
  'gi',
)
const bareStore = new RegExp(String.raw`(?<![\w'"/-])${uuid}(?![\w'"-])`, 'g')
const codeMark =
  /\$\{[^{}\n']+\}|\{\{[^{}\n']+\}\}|\{[A-Za-z][^{}\n']*\}|<[A-Za-z][\w.-]*>|\$[A-Za-z_]\w*|(?<![\w?])\?(?![\w?])/g
const textMark = /\$\{[^{}\n']+\}|\{\{[^{}\n']+\}\}|\{[A-Za-z][\w .-]*\}|<[A-Za-z][\w .:-]*>/g
const wholeTextMark = /^(?:\$[A-Za-z_]\w*|(?:your|my|enter|insert|replace)[-_ ][\w -]+|[A-Z]+(?:_[A-Z]+)+_HERE)$/i

const notStores: ReadonlySet<string> = new Set([
  'unnest',
  'lateral',
  'values',
  'table',
  'select',
  'where',
  'group',
  'order',
  'having',
  'limit',
  'cloudtrail_logs',
  'lists',
  ...eventColumns.map(({ name }) => name.toLowerCase()),
])

export function findPlaceholders(text: string): Found {
  const edits: TextEdit[] = []
  const stores = new Set<string>()
  const parameters = new Map<string, string>()
  const code = text.replace(pieces, (piece) => (piece.startsWith('"') ? piece : ' '.repeat(piece.length)))
  const common = new Set(
    [...code.matchAll(/\b([A-Za-z_]\w*)\s*(?:\([^()]*\)\s*)?AS\s*\(/gi)].map(([, name]) => name!.toLowerCase()),
  )
  const taken = (start: number): boolean => edits.some((edit) => edit.start <= start && start < edit.end)
  const parameter = (written: string): string => {
    const wanted = parameterName(written)
    let name = wanted
    for (let count = 2; parameters.has(name) && parameters.get(name) !== written; count++) name = `${wanted}_${count}`
    if (written === '?') for (let count = 2; parameters.has(name); count++) name = `${wanted}_${count}`
    parameters.set(name, written)
    return name
  }

  for (const found of code.matchAll(storeAfter)) {
    const name = found[1]!
    const plain = name.replaceAll('"', '').toLowerCase()
    const first = plain.split('.')[0]!
    // `FROM` also stands in EXTRACT(hour FROM eventTime), TRIM(… FROM x) and IS DISTINCT FROM.
    if (notStores.has(first) || common.has(plain) || /\bDISTINCT\s*$/i.test(code.slice(0, found.index))) continue
    if (/\b(?:EXTRACT|TRIM)\s*\([^()]*$/i.test(code.slice(0, found.index))) continue
    const end = found.index + found[0].length
    edits.push({ start: end - name.length, end, text: 'cloudtrail_logs' })
    stores.add(name)
  }
  for (const found of code.matchAll(bareStore)) {
    if (taken(found.index)) continue
    edits.push({ start: found.index, end: found.index + found[0].length, text: 'cloudtrail_logs' })
    stores.add(found[0])
  }
  for (const found of code.matchAll(codeMark)) {
    if (taken(found.index)) continue
    edits.push({ start: found.index, end: found.index + found[0].length, text: `:${parameter(found[0])}` })
  }
  for (const found of text.matchAll(pieces)) {
    if (!found[0].startsWith("'")) continue
    const inner = found[0].slice(1, -1)
    const marks = wholeTextMark.test(inner) ? [{ 0: inner, index: 0 }] : [...inner.matchAll(textMark)]
    if (marks.length === 0) continue
    const parts: string[] = []
    let at = 0
    for (const one of marks) {
      if (one.index > at) parts.push(`'${inner.slice(at, one.index)}'`)
      parts.push(`:${parameter(one[0])}`)
      at = one.index + one[0].length
    }
    if (at < inner.length) parts.push(`'${inner.slice(at)}'`)
    edits.push({ start: found.index, end: found.index + found[0].length, text: parts.join(' || ') })
  }
  return { edits, stores: [...stores], parameters }
}

function parameterName(written: string): string {
  const words = written
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .replace(/^(?:your|my|enter|insert|replace)_/, '')
  if (words === '' || /^\d/.test(words)) return words === '' ? 'value' : `value_${words}`
  return words === 'window_from' || words === 'window_to' ? `${words}_given` : words
}
