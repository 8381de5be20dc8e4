import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { checkOnEngine } from '../../src/authoring/engine-check.ts'
import { engineNames, engineToCheck } from '../../src/authoring/engines.ts'
import { loadRunbook, sound } from '../../src/authoring/load-runbook.ts'

const folder = fileURLToPath(new URL('../../runbooks/', import.meta.url))

const head = `# Which runbook runs on which engine

Made by the tests from what \`trailbook lint --engine <name>\` finds; \`npx vitest run test/insights/table.test.ts -u\` makes it anew.
"own" marks a query with a text of its own for that engine, a number the reason below why it cannot be asked there. A step that
cannot be asked fails, and the run with it: it never counts as clear.
`

it('the table of runbooks by engine is that of the shipped runbooks', { timeout: 240_000 }, async () => {
  const reasons: string[] = []
  const rows: string[] = []
  const totals = new Map<string, number>()
  let queries = 0
  for (const file of readdirSync(folder).filter((one) => one.endsWith('.yaml'))) {
    const shown = `runbooks/${file}`
    const loaded = sound(await loadRunbook({ path: folder + file, root: folder, found: true }), shown)
    const checks = engineNames.map((name) => checkOnEngine(loaded, shown, engineToCheck(name)))
    for (const [at, { step }] of checks[0]!.entries()) {
      queries += 1
      const cells = engineNames.map((name, engine) => {
        const { own, refusals } = checks[engine]![at]!
        if (refusals.length > 0) return `no (${numberOf(refusals[0]!.message)})`
        totals.set(name, (totals.get(name) ?? 0) + 1)
        return own ? 'own' : 'yes'
      })
      rows.push(`| ${loaded.runbook.id} | ${step} | ${cells.join(' | ')} |`)
    }
  }
  function numberOf(reason: string): number {
    if (!reasons.includes(reason)) reasons.push(reason)
    return reasons.indexOf(reason) + 1
  }
  const titles = ['runbook', 'step', ...engineNames]
  const text = [
    head,
    `| ${titles.join(' | ')} |`,
    `|${titles.map(() => '---').join('|')}|`,
    ...rows,
    `| **all** | ${queries} | ${engineNames.map((name) => totals.get(name) ?? 0).join(' | ')} |`,
    '',
    ...reasons.map((reason, at) => `${at + 1}. ${reason}`),
    '',
  ].join('\n')
  await expect(text).toMatchFileSnapshot('../../docs/runbooks-by-engine.md')
})
