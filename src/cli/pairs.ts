import { TrailbookError } from '../core/errors.ts'

/**
 * `name=value` options by name; a name given several times has several values.
 *
 * @throws TrailbookError CLI_PAIR
 */
export function pairs(
  option: string,
  texts: readonly string[],
  example: string,
): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {}
  for (const text of texts) {
    const at = text.indexOf('=')
    if (at < 1) throw new TrailbookError('CLI_PAIR', { option, text, example })
    const name = text.slice(0, at).trim()
    found[name] = [...(Object.hasOwn(found, name) ? (found[name] ?? []) : []), text.slice(at + 1)]
  }
  return found
}
