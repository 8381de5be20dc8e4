/** Takes each predicate out of each query of the given runbooks (default: the shipped ones) and runs the cases. */
import { findRunbooks } from '../src/authoring/library.ts'
import { loadRunbook } from '../src/authoring/load-runbook.ts'
import { runMutants } from '../src/authoring/mutate.ts'
import { openCaseEngine } from '../src/compose.ts'

export async function main(paths: readonly string[]): Promise<number> {
  const engine = await openCaseEngine()
  const counts = { killed: 0, refused: 0, survived: 0 }
  try {
    for (const path of paths.length === 0 ? ['runbooks'] : paths) {
      for (const file of await findRunbooks(path)) {
        const loaded = await loadRunbook(file)
        if (loaded.runbook === undefined) throw new Error(`${file.path}: ${loaded.issues[0]?.message ?? 'is broken'}`)
        const own = { killed: 0, refused: 0, survived: 0 }
        for await (const mutant of runMutants(file, loaded, { load: {}, effects: engine })) {
          own[mutant.status]++
          counts[mutant.status]++
          if (mutant.status !== 'killed')
            console.log(
              `${mutant.status}  ${file.path}:${mutant.line}  ${mutant.step}: ${mutant.predicate} -> ${mutant.replacement}`,
            )
        }
        console.log(`${loaded.runbook.id}: ${own.killed} killed, ${own.survived} survived, ${own.refused} refused`)
      }
    }
  } finally {
    await engine.close()
  }
  console.log(`${counts.killed} mutants killed, ${counts.survived} survived, ${counts.refused} refused by the checks`)
  return counts.survived === 0 ? 0 : 1
}
