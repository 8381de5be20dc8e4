/** Plans for a pull request or a request for approval. */
import { type PlannedStep, type PlanOutline, refusals } from '../run/plan-outline.ts'
import { markdownCode, markdownText } from './markdown-text.ts'
import { costsText, estimateText, readsText, scopeText } from './plan.ts'
import { windowText } from './words.ts'

export function* plansMarkdown(plans: readonly PlanOutline[]): Generator<string> {
  for (const outline of plans) for (const block of planBlocks(outline)) yield `${block}\n\n`
}

function* planBlocks(outline: PlanOutline): Generator<string> {
  const { plan, steps, estimate } = outline
  yield `## ${markdownText(outline.title)}`
  yield [
    `Runbook ${markdownCode(plan.runbook.id)} on ${markdownCode(plan.connection)} (${markdownText(outline.engine)})`,
    `Window ${markdownText(windowText(plan.scope.window, outline.windowOrigin))}`,
    `Scope: ${markdownText(scopeText(plan.scope))}`,
    `Reads ${markdownText(readsText(estimate))}`,
    ...(outline.billed ? [`Costs ${markdownText(costsText(estimate))}`] : []),
    `Plan ${markdownCode(outline.digest)}`,
  ]
    .map((text) => `- ${text}`)
    .join('\n')
  for (const { id, refused } of refusals(steps))
    yield `> **Refused:** ${markdownCode(id)}: ${markdownText(`${refused.message} ${refused.hint ?? ''}`)}`
  for (const [index, step] of steps.entries()) yield stepBlock(step, index + 1)
}

function stepBlock(step: PlannedStep, number: number): string {
  const waits =
    step.waitsFor.length === 0 ? '' : `, waits for ${step.waitsFor.map((id) => markdownCode(id)).join(', ')}`
  const does = Object.entries(step.does ?? {}).map(
    ([name, value]) => `${markdownText(name)}: ${markdownCode(String(value), 300)}`,
  )
  return [
    `<details><summary>${number}. ${markdownText(step.title)} (${step.kind}${waits})</summary>`,
    ...(step.estimate ? [`Reads ${markdownText(estimateText(step.estimate))}`] : []),
    ...does,
    ...(typeof step.sql === 'string' ? [fenced(step.sql)] : []),
    '</details>',
  ].join('\n\n')
}

/** A fence that is longer than any within. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}sql\n${text.trim()}\n${fence}`
}
