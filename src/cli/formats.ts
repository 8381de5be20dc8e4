import { TrailbookError } from '../core/errors.ts'

/** All forms that an answer can take; each command says which of them it gives. */
export const formats = ['terminal', 'json', 'ndjson', 'csv', 'markdown', 'html', 'sarif', 'junit'] as const
export type Format = (typeof formats)[number]

/** What every command gives without saying so. */
export const commonFormats: readonly Format[] = ['terminal', 'json']

/** Of an answer in the further formats: its text in pieces. Loaded when it is asked for. */
export type Renders = Readonly<Partial<Record<Exclude<Format, 'terminal' | 'json'>, () => Promise<Iterable<string>>>>>

export const isFormat = (text: unknown): text is Format => formats.includes(text as Format)

const endings: Readonly<Record<string, Format>> = {
  txt: 'terminal',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  csv: 'csv',
  md: 'markdown',
  html: 'html',
  htm: 'html',
  sarif: 'sarif',
  xml: 'junit',
}

export interface ReportRequest {
  readonly format: Format
  /** As it was typed. */
  readonly path: string
}

/**
 * `html=report.html`, or a file name whose ending says the format.
 *
 * @throws TrailbookError CLI_USAGE that names what the command can give
 */
export function reportRequest(text: string, command: string, given: readonly Format[]): ReportRequest {
  const [, named, rest] = /^([a-z]+)=(.*)$/s.exec(text) ?? []
  const path = rest ?? text
  const format = named ?? endings[/\.([a-z]+)$/i.exec(text)?.[1]?.toLowerCase() ?? '']
  const advice = `trailbook ${command} gives ${given.join(', ')}; write for example --report ${given.at(-1)}=report.${endingOf(given.at(-1))}.`
  const refuse = (reason: string): never => {
    throw new TrailbookError('CLI_USAGE', { reason, advice })
  }
  if (path === '') return refuse(`--report ${text} names no file`)
  if (format === undefined) return refuse(`--report ${text} does not say its format`)
  if (!isFormat(format)) return refuse(`--report ${text} asks for "${format}", which is no format`)
  if (!given.includes(format)) return refuse(`trailbook ${command} cannot give ${format}`)
  return { format, path }
}

const endingOf = (format: Format | undefined): string =>
  Object.entries(endings).find(([, candidate]) => candidate === format)?.[0] ?? 'txt'
