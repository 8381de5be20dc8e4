import { describe, expect, test } from 'vitest'
import { hostileResult, hostileRows, hostileTexts } from './fixtures/hostile.ts'
import { rowsHtml } from './html/rows-page.ts'
import { runHtml } from './html/run-page.ts'
import { jsonChunks } from './json.ts'
import { casesJunit, runJunit } from './junit.ts'
import { toText } from './lines.ts'
import { runMarkdown } from './markdown.ts'
import { rowsNdjson, runNdjson } from './ndjson.ts'
import { rowsCsv, rowsMarkdown } from './row-reports.ts'
import { runCsv } from './run-csv.ts'
import { runSarif } from './sarif.ts'
import { tableLines } from './table.ts'
import { renderRun } from './terminal.ts'
import { width } from './width.ts'

const columns = Object.keys(hostileRows[0]!).map((name) => ({ name }))
const report = { columns, rows: hostileRows }
const result = hostileResult()
const all = (chunks: Iterable<string>): string => [...chunks].join('')

/** Whatever acts on who shows it: controls, direction overrides, invisible letters. */
const acting =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b-\u200d\u200f\u2028-\u202e\u2060-\u2067\u206a-\u206f\ufeff\ufffe\uffff\u{e0000}-\u{e007f}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/u

const outputs: readonly (readonly [string, () => string])[] = [
  ['terminal', () => toText(renderRun(result, { width: 80, maxRows: 100 }))],
  ['json', () => all(jsonChunks(result))],
  ['ndjson', () => all(runNdjson(result))],
  ['csv', () => all(runCsv(result))],
  ['markdown', () => all(runMarkdown(result))],
  ['html', () => all(runHtml(result))],
  ['sarif', () => all(runSarif(result, { version: '1.0.0', files: { hostile: 'runbooks/a b/hostile.yaml' } }))],
  ['junit', () => all(runJunit(result))],
  ['rows as ndjson', () => all(rowsNdjson(hostileRows))],
  ['rows as csv', () => all(rowsCsv(report))],
  ['rows as markdown', () => all(rowsMarkdown(report, 'a note'))],
  ['rows as html', () => all(rowsHtml(report, 'a note'))],
]

describe.each(outputs)('%s', (name, output) => {
  test('holds no character that acts on who shows it', () => {
    const text = output()
    const found = acting.exec(text)
    expect(found === null ? null : JSON.stringify(text.slice(found.index - 30, found.index + 10))).toBeNull()
  })

  test('stays bounded by what is shown of each text', () => {
    const lossless = name.includes('json')
    expect(output().length).toBeLessThan(lossless ? 4_000_000 : 1_500_000)
  })
})

describe.each([40, 80, 160])('on a terminal of %i columns', (columnsOfTerminal) => {
  test.each(hostileTexts)('%s fits every line', (_, text) => {
    const lines = toText(renderRun(hostileResult([text]), { width: columnsOfTerminal })).split('\n')
    const tooWide = lines.filter((line) => width(line.replaceAll('\u200e', '')) > columnsOfTerminal)
    expect(tooWide).toEqual([])
  })

  test('a table keeps its columns below one another', () => {
    const rows = hostileRows.map(({ name, number }) => ({ text: name, number }))
    const lines = toText(tableLines({ columns: ['text', 'number'], rows, width: columnsOfTerminal, maxRows: 100 }))
      .split('\n')
      .map((line) => width(line.replaceAll('\u200e', '')))
    expect(new Set(lines).size).toBe(1)
  })
})

describe('JSON', () => {
  test('is the same value when it is read again', () => {
    expect(JSON.parse(all(jsonChunks(result)))).toEqual(JSON.parse(JSON.stringify(result)))
    const lines = all(rowsNdjson(hostileRows)).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual(hostileRows)
  })
})

describe('CSV', () => {
  const parsed = parseCsv(all(rowsCsv(report)))

  test('has every row and column, whatever the cells hold', () => {
    expect(parsed).toHaveLength(hostileRows.length + 1)
    expect(new Set(parsed.map((row) => row.length))).toEqual(new Set([columns.length]))
  })

  test('has no cell that a spreadsheet takes for a formula, also behind what it takes for a separator', () => {
    const cells = [...parsed, ...parseCsv(all(runCsv(result)))].flat()
    const formulas = cells.filter((cell) => /^[\t\r\n]|(^|[;\t\r\n])[=+\-@＝＋－＠]/.test(cell) && !/^-\d+$/.test(cell))
    expect(formulas).toEqual([])
  })
})

describe('HTML', () => {
  const page = all(runHtml(result))
  const body = page.slice(page.indexOf('<body>') + 6, page.lastIndexOf('<script>'))

  test('holds no tag and no attribute but its own', () => {
    const tags = body.match(/<[^>]*>/g) ?? []
    const wrong = tags.filter((tag) => !/^<\/?[a-z][a-z0-9]*(\s+[A-Za-z][A-Za-z0-9-]*(="[^"<>]*")?)*\s*\/?>$/.test(tag))
    expect(wrong).toEqual([])
    const names = new Set(tags.map((tag) => /^<\/?([a-z0-9]+)/.exec(tag)?.[1]))
    expect(
      [...names].filter((tag) => ['script', 'img', 'iframe', 'style', 'link', 'base', 'form', 'object'].includes(tag!)),
    ).toEqual([])
    expect(body).not.toMatch(/<[^>]*\son[a-z]+\s*=/)
    expect(body).not.toMatch(/(href|src)="(?!#)/)
  })

  test('closes whatever it opens', () => {
    expect(unbalanced(body.replace(/<(br|input)\b[^>]*>/g, ''))).toEqual([])
  })

  test('allows the browser nothing but its own style and script', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? ''
    expect(policy.replace(/sha256-[^&]*/g, 'sha256-…').replaceAll('&#39;', "'")).toBe(
      "default-src 'none'; style-src 'sha256-…'; script-src 'sha256-…'; base-uri 'none'; form-action 'none'",
    )
    expect(page.match(/<script>/g)).toHaveLength(1)
    expect(body).not.toMatch(/ style="/)
  })
})

describe('Markdown', () => {
  const markdown = all(runMarkdown(result))
  /** What GitHub would look at for links, mentions and HTML: not code. */
  const prose = markdown.replace(/`[^`\n]*`/g, '').replace(/<code>.*?<\/code>/g, '')

  test('holds no HTML but its own', () => {
    const tags = new Set(prose.match(/<[^>]*>/g))
    expect([...tags].sort()).toEqual(['<!-- -->', '</details>', '</summary>', '<br>', '<details>', '<summary>'])
  })

  test('mentions nobody, refers to nothing and links nowhere', () => {
    expect(prose).not.toMatch(/@\w/)
    expect(prose).not.toMatch(/(?<!&)#\d/)
    expect(prose).not.toMatch(/https?:\/\/|www\.\w/)
    expect(prose).not.toMatch(/\]\(/)
  })

  test('has tables whose rows all have as many cells as their heads', () => {
    const tables = markdown.split('\n\n').filter((block) => block.startsWith('| '))
    expect(tables.length).toBeGreaterThan(2)
    for (const table of tables) {
      const counts = table
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .map((line) => line.match(/(?<!\\)\|/g)?.length)
      expect(new Set(counts).size).toBe(1)
    }
  })
})

describe('JUnit', () => {
  const xml = all(runJunit(result))

  test('is well-formed XML', () => {
    expect(xml.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')).toBe(true)
    const rest = xml.replace(/^<\?xml[^>]*\?>/, '')
    const tags = rest.match(/<[^>]*>/g) ?? []
    expect(tags.filter((tag) => !/^<\/?[a-z]+( [a-z]+="[^"<>]*")*\/?>$/.test(tag))).toEqual([])
    expect(rest.replace(/<[^>]*>/g, '')).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot|#39);)/)
    expect(unbalanced(rest)).toEqual([])
  })

  test('tells cases of hostile names', () => {
    const cases = hostileTexts.map(([, name]) => ({ runbook: 'x', name, status: 'failed' as const, message: name }))
    expect(unbalanced(all(casesJunit(cases)).replace(/^<\?xml[^>]*\?>/, ''))).toEqual([])
  })
})

test('SARIF messages hold no links', () => {
  const log = JSON.parse(all(runSarif(result, { version: '1.0.0' })))
  for (const { message } of log.runs[0].results) expect(message.text).not.toMatch(/\]\(/)
})

/** Tags that were opened and not closed, or closed and not opened. */
function unbalanced(markup: string): readonly string[] {
  const open: string[] = []
  for (const [, close, name = '', own] of markup.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/g)) {
    if (own === '/') continue
    if (close !== '/') open.push(name)
    else if (open.pop() !== name) return [...open, `</${name}>`]
  }
  return open
}

/** RFC 4180, by its grammar. */
function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  while (at < text.length) {
    let cell = ''
    if (text[at] === '"') {
      for (at += 1; text[at] !== '"' || text[at + 1] === '"'; at += 1) {
        if (text[at] === '"') at += 1
        cell += text[at]
      }
      at += 1
    } else {
      while (at < text.length && text[at] !== ',' && text[at] !== '\r') cell += text[at++]
    }
    row.push(cell)
    if (text[at] === ',') {
      at += 1
      continue
    }
    expect(text.slice(at, at + 2)).toBe('\r\n')
    at += 2
    rows.push(row)
    row = []
  }
  return rows
}
