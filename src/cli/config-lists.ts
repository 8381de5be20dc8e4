/** A list of the configuration under a misspelt name is a list of its own that nobody reads: lint tells of it. */
import { readHead, readText, shownPath } from '../authoring/library.ts'
import { type Issue, issue } from '../core/errors.ts'
import { didYouMean } from '../core/runbook/did-you-mean.ts'
import { openSource } from '../core/runbook/source.ts'
import { advice } from './advice.ts'
import type { Config } from './config.ts'
import { libraryFiles } from './runbook-files.ts'

interface ListIssues {
  readonly issues: readonly Issue[]
  /** The text of the configuration, by the name that is shown, where there are issues. */
  readonly texts: ReadonlyMap<string, string>
}

const none: ListIssues = { issues: [], texts: new Map() }

/** An error where a name is close to one that runbooks use; else a warning, for queries may read the list. */
export async function listIssues(config: Config, cwd: string): Promise<ListIssues> {
  const given = Object.keys(config.lists)
  if (config.file === undefined || given.length === 0) return none
  const heads = await Promise.all((await libraryFiles(config)).map(({ path }) => readHead(path)))
  const used = new Set(heads.flatMap((head) => head?.lists ?? []))
  const unused = given.filter((name) => !used.has(name))
  if (unused.length === 0) return none
  const file = shownPath(config.file, cwd)
  const source = openSource(await readText(config.file), file)
  const issues = unused.map((name) => {
    const values = { path: file, name, advice: advice(name, [...used].sort()) }
    const isMisspelt = didYouMean(name, used) !== undefined
    return issue('CONFIG_LIST_UNKNOWN', values, {
      at: source.place(source.key(['lists', name])),
      severity: isMisspelt ? 'error' : 'warning',
    })
  })
  return { issues, texts: new Map([[file, source.file.text]]) }
}
