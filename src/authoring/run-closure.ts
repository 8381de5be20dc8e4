/** The runbooks that a runbook runs, and those that these run: found, loaded, and held against what they are given. */
import { type Issue, issue, type Place } from '../core/errors.ts'
import { suggest } from '../core/runbook/did-you-mean.ts'
import { linkProblems, type RunLink } from '../core/runbook/run-links.ts'
import type { Path } from '../core/runbook/yaml-values.ts'
import { findById, findRunbooks, type RunbookFile, readHead } from './library.ts'
import type { LoadedRunbook, SoundRunbook } from './load-runbook.ts'
import { mistakeCount, mistakesOf } from './mistakes.ts'

/** Deeper than this nobody can tell from a finding how it came about. */
const maxRunDepth = 5

interface ClosureRequest {
  /** The file whose steps run others. */
  readonly file: RunbookFile
  readonly links: readonly RunLink[]
  /** Ids from the runbook that was asked for down to this one. */
  readonly chain: readonly string[]
  readonly positions: (path: Path) => Place
  readonly library: () => Promise<readonly RunbookFile[]>
  readonly load: (file: RunbookFile, chain: readonly string[]) => Promise<LoadedRunbook>
}

interface Closure {
  /** By id, at any depth; complete only when no issue is an error. */
  readonly runbooks: ReadonlyMap<string, SoundRunbook>
  readonly issues: readonly Issue[]
}

/** @throws TrailbookError CLI_FILE_* where a runbook that is there cannot be read */
export async function runClosure(request: ClosureRequest): Promise<Closure> {
  const runbooks = new Map<string, SoundRunbook>()
  const issues: Issue[] = []
  for (const link of request.links) {
    const at = request.positions([...link.path, 'run'])
    const inner = await follow(request, link, at)
    if ('code' in inner) {
      issues.push(inner)
      continue
    }
    for (const { code, values, path } of linkProblems(link, inner.runbook.parameters))
      issues.push(issue(code, values, { at: request.positions(path) }))
    for (const [id, one] of inner.runbooks) runbooks.set(id, one)
    runbooks.set(inner.runbook.id, inner)
  }
  return { runbooks, issues }
}

async function follow({ file, chain, library, load }: ClosureRequest, link: RunLink, at: Place) {
  const path = [...chain, link.runbook]
  const loop = chain.indexOf(link.runbook)
  if (loop !== -1) return issue('RUNBOOK_RUN_CYCLE', { path: path.slice(loop).join(' -> ') }, { at })
  if (path.length > maxRunDepth + 1)
    return issue('RUNBOOK_RUN_DEPTH', { max: maxRunDepth, path: path.join(' -> ') }, { at })
  const files = await reach(file, library)
  const found = await findById(files, link.runbook)
  if (found === undefined) {
    const heads = await Promise.all(files.map((one) => readHead(one.path)))
    const ids = new Set(heads.flatMap((head) => (head === undefined ? [] : [head.id])))
    return issue('RUNBOOK_UNKNOWN', { name: link.runbook, hint: suggest(link.runbook, ids) }, { at })
  }
  const loaded = await load(found, path)
  if (loaded.runbook !== undefined) return { ...loaded, runbook: loaded.runbook }
  return broken(link.runbook, loaded, at)
}

/** Of a circle or a chain that is too long, whoever runs its first runbook is told of the whole. */
function broken(name: string, { issues }: LoadedRunbook, at: Place): Issue {
  const mistakes = mistakesOf(issues)
  const passed = mistakes.find((one) => one.code === 'RUNBOOK_RUN_CYCLE' || one.code === 'RUNBOOK_RUN_DEPTH')
  if (passed) return { ...passed, at }
  const [first] = mistakes
  const place = `${first?.at?.file ?? name}:${first?.at?.line ?? 1}`
  return issue(
    'RUNBOOK_RUN_BROKEN',
    { name, count: mistakeCount(mistakes), place, first: first?.message ?? '' },
    { at },
  )
}

/** Those of the same folder stand before those of the library, as everywhere. */
async function reach(file: RunbookFile, library: ClosureRequest['library']): Promise<readonly RunbookFile[]> {
  const beside = await findRunbooks(file.root)
  const paths = new Set(beside.map((one) => one.path))
  return [...beside, ...(await library()).filter((one) => !paths.has(one.path))]
}
