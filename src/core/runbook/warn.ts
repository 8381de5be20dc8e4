import type { ErrorCode, Values } from '../errors.ts'
import type { Span } from '../sql/tree.ts'

/** Warns at a place within the SQL text of a step. */
export type Warn = (code: ErrorCode, values: Values, span: Span) => void
