import { afterEach, beforeEach, expect } from 'vitest'

/** Output goes through the `output` effect; a stray console call would corrupt `--format json`. */
const methods = ['log', 'info', 'warn', 'error', 'debug'] as const
const original = Object.fromEntries(methods.map((name) => [name, console[name]]))
const called: string[] = []

beforeEach(() => {
  called.length = 0
  for (const name of methods)
    console[name] = (...args: unknown[]) => void called.push(`console.${name}(${args.join(' ')})`)
})

afterEach(() => {
  Object.assign(console, original)
  expect(called, 'code under test must not write to the console').toEqual([])
})
