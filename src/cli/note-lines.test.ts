import { expect, test } from 'vitest'
import { toText } from '../core/report/lines.ts'
import { noteLines } from './note-lines.ts'

test.each([
  ['short', 'Nothing to do.', 'Nothing to do.'],
  ['longer than the terminal is wide', 'The lake holds no events at all', 'The lake holds no\nevents at all'],
  [
    'of several lines, some indented',
    'Could not be read:\n  logs/a.json: it is no CloudTrail log\n  … and 2 more',
    'Could not be read:\n  logs/a.json: it is\n  no CloudTrail log\n  … and 2 more',
  ],
  ['that quotes what acts on a terminal', 'says \u001b[2J', 'says \\x1b[2J'],
])('a note %s', (_, text, shown) => {
  expect(toText(noteLines(text, 20))).toBe(shown)
})
