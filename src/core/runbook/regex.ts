/** RE2 semantics for every pattern that a runbook holds: time linear in the text, whatever the pattern. */
import { RE2JS } from 're2js'

const maxPatternLength = 1_000
const maxMatchedLength = 100_000
const kept = 200

const compiled = new Map<string, RE2JS>()

/** @throws Error with RE2's words where the pattern is none, or is too long. */
export function compilePattern(pattern: string): RE2JS {
  const known = compiled.get(pattern)
  if (known) return known
  if (pattern.length > maxPatternLength) throw new Error(`a pattern may be ${maxPatternLength} characters long`)
  const made = RE2JS.compile(pattern)
  if (compiled.size >= kept) compiled.delete(compiled.keys().next().value as string)
  compiled.set(pattern, made)
  return made
}

/** Anywhere in the text, as CEL's `matches` is defined. */
export function matchesPattern(text: string, pattern: string): boolean {
  if (text.length > maxMatchedLength)
    throw new Error(`a text of more than ${maxMatchedLength} characters is not matched`)
  return compilePattern(pattern).matcher(text).find()
}

/** The whole text, as a parameter's `pattern` is defined. */
export function matchesWhole(text: string, pattern: string): boolean {
  if (text.length > maxMatchedLength)
    throw new Error(`a text of more than ${maxMatchedLength} characters is not matched`)
  return compilePattern(pattern).matches(text)
}
