import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyFixes } from './fixes.ts'
import { parseRunbook } from './parse.ts'

const files = ['iam-policy-change.yaml', 'many-mistakes.yaml.txt'].map((name) =>
  readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8'),
)

const piece = fc.constantFrom(
  '',
  ' ',
  '\n',
  ': ',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  '{{ ',
  ' }}',
  '- ',
  '&a ',
  '*a',
  '|',
  '>',
  '#',
  '\t',
  '<<: ',
  '~',
  '---\n',
  '😀',
  '!x ',
  '%',
  '\r\n',
)

/** Milliseconds: the number of runs decides how much is tried, not how busy the machine is. */
const patience = 120_000

describe('parseRunbook', () => {
  it(
    'never throws, whatever is typed into a file, and every issue has a place in it',
    () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...files),
          fc.array(fc.tuple(fc.nat(), fc.nat(20), piece), { minLength: 1, maxLength: 4 }),
          (file, edits) => {
            const text = edits.reduce((current, [at, length, by]) => {
              const start = at % (current.length + 1)
              return current.slice(0, start) + by + current.slice(start + length)
            }, file)
            const { runbook, issues } = parseRunbook(text)
            const lines = text.split('\n')
            for (const { at, fix } of issues) {
              expect(at?.line).toBeLessThanOrEqual(lines.length)
              expect(at?.column).toBeLessThanOrEqual((lines[(at?.line ?? 1) - 1]?.length ?? 0) + 1)
              if (fix) expect(fix.end).toBeLessThanOrEqual(text.length)
            }
            expect(runbook === undefined).toBe(issues.some((issue) => issue.severity === 'error'))
            expect(() => parseRunbook(applyFixes(text, issues))).not.toThrow()
          },
        ),
        { numRuns: 300 },
      )
    },
    patience,
  )

  it(
    'never throws for any text at all',
    () => {
      fc.assert(
        fc.property(
          fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }),
          (parts) => void parseRunbook(parts.join('')),
        ),
        { numRuns: 500 },
      )
    },
    patience,
  )
})
