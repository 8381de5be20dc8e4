import { describe, expect, test } from 'vitest'
import { TrailbookError } from '../core/errors.ts'
import { commands } from './commands.ts'
import { commonFormats, formats, reportRequest } from './formats.ts'
import { formatsOf } from './program.ts'
import { runFormats } from './run-renders.ts'

describe('--report', () => {
  test.each([
    ['html=report.html', 'html', 'report.html'],
    ['report.html', 'html', 'report.html'],
    ['markdown=-', 'markdown', '-'],
    ['out/findings.sarif', 'sarif', 'out/findings.sarif'],
    ['json=a=b.txt', 'json', 'a=b.txt'],
    ['RESULT.XML', 'junit', 'RESULT.XML'],
  ])('%s is %s in %s', (text, format, path) => {
    expect(reportRequest(text, 'run', runFormats)).toEqual({ format, path })
  })

  test.each([
    ['report', '--report report does not say its format'],
    ['html=', '--report html= names no file'],
    ['pdf=x.pdf', '--report pdf=x.pdf asks for "pdf", which is no format'],
  ])('%s is a mistake', (text, reason) => {
    expect(() => reportRequest(text, 'run', runFormats)).toThrow(`${reason}.`)
  })

  test('what a command cannot give is refused, and what it can is named', () => {
    try {
      reportRequest('sarif=x.sarif', 'query', ['terminal', 'json', 'csv'])
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(TrailbookError)
      expect(error).toMatchObject({
        message: 'trailbook query cannot give sarif.',
        hint: 'trailbook query gives terminal, json, csv; write for example --report csv=report.csv.',
        exitCode: 64,
      })
    }
  })
})

test('every command gives text and JSON, and only formats that exist', async () => {
  for (const entry of commands) {
    const given = formatsOf(await entry.load())
    expect(given).toEqual(expect.arrayContaining([...commonFormats]))
    expect(formats).toEqual(expect.arrayContaining([...given]))
  }
})
