/** Mutation testing of a runbook: does a case fail when a predicate is taken out of one of its queries? */
import { openSource, valueAt } from '../core/runbook/source.ts'
import { removablePredicates } from '../core/sql/predicates.ts'
import { type CaseEffects, runCases } from './cases.ts'
import type { RunbookFile } from './library.ts'
import { type LoadedRunbook, type LoadOptions, loadRunbook } from './load-runbook.ts'

interface Mutant {
  readonly step: string
  readonly line: number
  /** The predicate as written. */
  readonly predicate: string
  readonly replacement: string
  /** The runbook's whole text without the predicate. */
  readonly text: string
}

interface MutantOutcome extends Omit<Mutant, 'text'> {
  readonly runbook: string
  /** `killed` by a case; `refused`: the checks do not take it; `survived`: no case noticed. */
  readonly status: 'killed' | 'refused' | 'survived'
  /** The case that failed first. */
  readonly by?: string
}

/** One mutant for each predicate of each portable query. */
export function mutantsOf(text: string): readonly Mutant[] {
  const source = openSource(text, undefined)
  const steps = valueAt(source.file.value, ['steps'])
  if (!Array.isArray(steps)) return []
  return steps.flatMap((step: { id?: unknown; query?: unknown }, index) => {
    const path = typeof step?.query === 'string' ? ['steps', index, 'query'] : ['steps', index, 'query', 'sql']
    const sql = valueAt(source.file.value, path)
    if (typeof sql !== 'string') return []
    return removablePredicates(sql).map(({ span, replacement }): Mutant => {
      const predicate = sql.slice(span.start, span.end)
      // The predicate stays in the text, so that the parameters it names are still used and the checks take the mutant.
      const without = replacement === 'TRUE' ? `(TRUE OR (${predicate}))` : `(FALSE AND (${predicate}))`
      const edit = source.editText(path, { ...span, text: without })
      return {
        step: String(step.id),
        line: source.place(edit).line,
        predicate: predicate.replace(/\s+/g, ' '),
        replacement,
        text: text.slice(0, edit.start) + edit.text + text.slice(edit.end),
      }
    })
  })
}

/** Runs the cases against every mutant until one fails. The runbook itself must pass them. */
export async function* runMutants(
  file: RunbookFile,
  loaded: LoadedRunbook,
  options: { readonly load: LoadOptions; readonly effects: CaseEffects },
): AsyncGenerator<MutantOutcome> {
  const runbook = loaded.runbook?.id ?? file.path
  let order: readonly string[] = []
  for (const { text, ...mutant } of mutantsOf(loaded.text)) {
    const mutated = await loadRunbook(file, { ...options.load, text })
    if (mutated.runbook === undefined) {
      yield { runbook, ...mutant, status: 'refused' }
      continue
    }
    const by = await firstFailure({ ...mutated, runbook: mutated.runbook }, options.effects, order)
    // The case that noticed one mutant often notices the next.
    if (by !== undefined) order = [by, ...order.filter((name) => name !== by)]
    yield { runbook, ...mutant, status: by === undefined ? 'survived' : 'killed', ...(by !== undefined && { by }) }
  }
}

async function firstFailure(
  mutated: Parameters<typeof runCases>[0],
  effects: CaseEffects,
  order: readonly string[],
): Promise<string | undefined> {
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length)
  const cases = mutated.runbook.cases.toSorted((a, b) => rank(a.name) - rank(b.name))
  for await (const outcome of runCases({ ...mutated, runbook: { ...mutated.runbook, cases } }, effects))
    if (outcome.status === 'failed') return outcome.name
  return undefined
}
