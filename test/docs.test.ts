import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorCatalogue } from '../src/core/errors.ts'
import { eventColumns } from '../src/core/event/columns.ts'
import { virtualColumns } from '../src/core/event/virtual.ts'
import { functions, unproven } from '../src/core/sql/functions/catalogue.ts'
import { fromColumnType, type SqlType, typeName } from '../src/core/sql/types.ts'

const root = join(import.meta.dirname, '..')

/**
 * Pages that follow from the code are written by `UPDATE_DOCS=1 npx vitest run test/docs.test.ts` and compared
 * otherwise; nothing writes them in CI.
 */
function expectPage(path: string, text: string): void {
  const file = join(root, path)
  if (process.env.UPDATE_DOCS && !process.env.CI) writeFileSync(file, text)
  expect(
    existsSync(file) ? readFileSync(file, 'utf8') : '',
    `${path} is stale: UPDATE_DOCS=1 npx vitest run test/docs.test.ts`,
  ).toBe(text)
}

const cell = (text: string): string => text.replaceAll('|', '\\|')

function errorsPage(): string {
  const rows = Object.entries(errorCatalogue).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [
    '# Errors',
    '',
    'Every message of Trailbook has a stable code. `{…}` is filled in. The exit code is that of a command which ends with the error;',
    'a runbook or a query with mistakes reports all of them, each with its place.',
    '',
    '| code | message | hint | exit |',
    '|---|---|---|---|',
    ...rows.map(([code, { message, hint, exit }]) => `| \`${code}\` | ${cell(message)} | ${cell(hint)} | ${exit} |`),
    '',
  ].join('\n')
}

/** A row type is told field by field below its column. */
function columnLines(name: string, type: SqlType, description: string): string[] {
  if (type.kind !== 'row') return [`| \`${name}\` | ${shortType(type)} | ${cell(description)} |`]
  return [
    `| \`${name}\` | row | ${cell(description)} |`,
    ...type.fields.flatMap((field) => columnLines(`${name}.${field.name}`, field.type, '')),
  ]
}

const shortType = (type: SqlType): string =>
  type.kind === 'array' && type.element.kind === 'row'
    ? `array of row(${type.element.fields.map((f) => f.name).join(', ')})`
    : typeName(type)

function sqlPage(): string {
  const signatures = [...functions.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const list = (kind: string) =>
    signatures
      .filter((f) => f.kind === kind)
      .flatMap((f) =>
        f.signatures.map(
          ({ signature }) => `- \`${signature.text.replaceAll('timestamptz', 'timestamp with time zone')}\``,
        ),
      )
  const refused = Object.entries(unproven).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [
    readFileSync(join(root, 'docs/sql.head.md'), 'utf8').trimEnd(),
    '',
    '## Event columns',
    '',
    '| column | type | what it is |',
    '|---|---|---|',
    ...eventColumns.flatMap((column) => columnLines(column.name, fromColumnType(column.type), column.description)),
    '',
    '## Virtual columns',
    '',
    'Computed by Trailbook on every engine in the same way; `*` leaves them out.',
    '',
    '| column | type | what it is |',
    '|---|---|---|',
    ...virtualColumns.map(
      (c) => `| \`${c.name}\` | ${typeName(fromColumnType({ kind: c.type }))} | ${cell(c.description)} |`,
    ),
    '',
    '## Functions',
    '',
    '`T`, `K`, `V`, `U` stand for any type, `O` for one with an order; `...` repeats the last argument.',
    '',
    ...list('scalar'),
    '',
    '## Aggregates',
    '',
    'With `DISTINCT`, `FILTER (WHERE …)`, `ORDER BY` inside, and `OVER (…)` where Trino has them. `approx_distinct` counts exactly.',
    '',
    ...list('aggregate'),
    '',
    '## Window functions',
    '',
    ...list('window'),
    '',
    '## Refused functions',
    '',
    'Trino has these; Trailbook refuses them by name rather than run them with another meaning.',
    '',
    '| function | why |',
    '|---|---|',
    ...refused.map(([name, reason]) => `| \`${name}\` | ${cell(reason)} |`),
    '',
  ].join('\n')
}

describe('docs', () => {
  it('the error page holds every code, and no other', () => expectPage('docs/errors.md', errorsPage()))

  it('the SQL page holds every column and function', () => expectPage('docs/sql.md', sqlPage()))

  it('every decision is listed in the index of decisions', () => {
    const adrs = readdirSync(join(root, 'docs/adr')).filter((f) => /^\d{4}-/.test(f))
    const index = readFileSync(join(root, 'docs/adr/README.md'), 'utf8')
    expect(adrs.filter((file) => !index.includes(`(${file})`))).toEqual([])
  })

  it('relative links in the docs lead somewhere', () => {
    const pages = [
      'README.md',
      'ARCHITECTURE.md',
      'CHANGELOG.md',
      ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
        .filter((f) => f.endsWith('.md'))
        .map((f) => join('docs', f)),
    ]
    const dead = pages.flatMap((page) => {
      const text = readFileSync(join(root, page), 'utf8')
      return [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map((m) => m[1]!)
        .filter((link) => !existsSync(join(root, page, '..', link)))
        .map((link) => `${page}: ${link}`)
    })
    expect(dead).toEqual([])
  })
})
