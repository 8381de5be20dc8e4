import { suggest } from '../core/runbook/did-you-mean.ts'

/** A sentence: the name that was probably meant, or those that exist. */
export function advice(got: string, known: readonly string[]): string {
  const text = suggest(got, known)
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.?…]$/.test(text) ? '' : '.')
}
