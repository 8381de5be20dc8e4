import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseRunbook } from './parse.ts'
import { stepKinds } from './schema-step.ts'

const page = readFileSync(new URL('../../../docs/format/README.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] as string)

/** Examples show the part they are about; what every runbook needs is put around it. */
function complete(block: string): string {
  const lacks = (key: string) => !new RegExp(`^${key}:`, 'm').test(block)
  return [
    ...['format: trailbook/v1', 'id: example', 'title: Example', 'needs: [management:write]'].filter((line) =>
      lacks(line.split(':')[0] as string),
    ),
    block,
    ...(lacks('cases') ? ['cases: [{ name: nothing happens, expect: { findings: [] } }]'] : []),
  ].join('\n')
}

describe('docs/format/README.md', () => {
  it.each(blocks.map((block) => [block.split('\n').find((line) => !line.startsWith('#')), block]))(
    'example %s',
    (_, block) => {
      const expected = /^# issues: (.*)$/m.exec(block)?.[1]?.split(', ') ?? []
      const { issues } = parseRunbook(complete(block))
      const relevant = issues.filter((issue) => issue.code !== 'LINT_CASES_ONE_SIDED')
      expect(
        relevant.map((issue) => issue.code),
        JSON.stringify(relevant),
      ).toEqual(expected)
    },
  )

  it('has a row for every kind of step', () => {
    for (const kind of stepKinds) expect(page).toContain(`| \`${kind}\` |`)
  })
})
