import type { Issue } from '../core/errors.ts'

export const mistakesOf = (issues: readonly Issue[]): readonly Issue[] =>
  issues.filter((issue) => issue.severity === 'error')

export const mistakeCount = ({ length }: readonly unknown[]): string =>
  length === 1 ? 'a mistake' : `${length} mistakes`
