/** The files beside runbooks: `lists/<name>.yaml` and `exclusions.yaml`. */
import type { Issue, Place } from '../errors.ts'
import type { ListTable } from '../sql/compile.ts'
import { celChecker } from './cel-check.ts'
import { listTable } from './lists.ts'
import { salvage } from './salvage.ts'
import { type Exclusion, exclusionsSchema, listFileSchema } from './schema-case.ts'
import { openSource, type Source } from './source.ts'

interface ParsedList {
  /** Present when no issue is an error. */
  readonly list?: ListTable
  readonly issues: readonly Issue[]
}

/** `{ description?, owner?, values: [...] }`: plain values, or maps with the same keys. */
export function parseListFile(text: string, { file }: { file?: string } = {}): ParsedList {
  const source = openSource(text, file)
  const { value } = source.file
  const read = value === undefined ? undefined : salvage(source, { schema: listFileSchema, value, base: [] })
  return { ...(read?.value && isSound(source) && { list: listTable(read.value.values) }), issues: source.issues }
}

/** An exclusion and where its `match` stands. */
export interface PlacedExclusion {
  readonly exclusion: Exclusion
  readonly at: Place
}

interface ParsedExclusions {
  /** Present when no issue is an error; an empty file excludes nothing. */
  readonly exclusions?: readonly PlacedExclusion[]
  readonly issues: readonly Issue[]
}

/** A list of `{ runbook, step?, match, owner, reason, expires }`; `match` is CEL over `row`. */
export function parseExclusions(text: string, { file }: { file?: string } = {}): ParsedExclusions {
  const source = openSource(text, file)
  const { value } = source.file
  if (value === undefined) {
    const issues = source.issues.filter((issue) => issue.code !== 'RUNBOOK_EMPTY')
    return { ...(issues.length === 0 && { exclusions: [] }), issues }
  }
  const read = salvage(source, { schema: exclusionsSchema, value, base: [] })
  const checker = celChecker({ params: {}, lists: {}, steps: [], row: { of: '' } })
  for (const [index, { match }] of (read.value ?? []).entries()) {
    const { problem, type } = checker.check(match)
    const path = [index, 'match']
    if (problem) {
      const { code, reason, hint, name = '' } = problem
      source.report(code, { reason, hint, name }, source.inText(path, problem.start, problem.end))
    } else if (type !== 'bool' && type !== 'dyn')
      source.report('CEL_NOT_CONDITION', { type: type ?? 'nothing' }, source.value(path))
  }
  const exclusions = (read.value ?? []).map((exclusion, index) => ({
    exclusion,
    at: source.place(source.value([index, 'match'])),
  }))
  return { ...(read.value && isSound(source) && { exclusions }), issues: source.issues }
}

const isSound = ({ issues }: Source) => !issues.some((issue) => issue.severity === 'error')
