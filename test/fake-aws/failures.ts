/** Failures on demand: rules that calls are held against before a service sees them. */
import type { Call } from './call.ts'

export type FailureKind =
  /** ThrottlingException. */
  | 'throttle'
  /** An internal error, status 500. */
  | 'broken'
  /** ExpiredTokenException: credentials that were good until now. */
  | 'expired'
  /** AccessDeniedException. */
  | 'denied'
  /** The connection is cut without an answer. */
  | 'reset'
  /** The answer comes late, by `ms`. */
  | 'slow'
  /** The same page as last time, and no word of it. */
  | 'repeat'
  /** InvalidNextTokenException for a token that was good. */
  | 'token'

export interface Failure {
  readonly kind: FailureKind
  readonly service?: string
  readonly operation?: string
  readonly account?: string
  readonly region?: string
  /** So many fitting calls pass first. */
  readonly after?: number
  /** So many fail then; all when left out. */
  readonly times?: number
  readonly ms?: number
}

const scopes = ['service', 'operation', 'account', 'region'] as const

export function createFailures() {
  let rules: { readonly rule: Failure; seen: number; failed: number }[] = []
  return {
    add: (rule: Failure): void => {
      rules.push({ rule, seen: 0, failed: 0 })
    },
    clear: (): void => {
      rules = []
    },
    /** The failure of this call, which counts as one of its rule. */
    of(call: Call): Failure | undefined {
      for (const state of rules) {
        const { rule } = state
        if (scopes.some((scope) => rule[scope] !== undefined && rule[scope] !== call[scope])) continue
        if (rule.kind === 'token' && call.input.NextToken === undefined) continue
        state.seen++
        if (state.seen <= (rule.after ?? 0) || state.failed >= (rule.times ?? Infinity)) continue
        state.failed++
        return rule
      }
      return undefined
    },
  }
}
