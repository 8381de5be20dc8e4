/**
 * A doubt is a reason why "nothing found" would be saying too much. Any doubt keeps a run from being clear;
 * beside findings it makes the answer incomplete.
 */
const doubtCodes = [
  'coverage', // expected logs are missing, or nobody knows whether they are
  'truncated', // more rows than were looked at
  'overflow', // `each` met more rows than its `max`
  'condition', // a `when` or a template could not be evaluated
  'inner-run', // a runbook that was run as a step has a doubt
  'not-run', // a step that could have brought findings was not carried out
  'unanswered', // a question that findings depend on has no answer
  'quarantined', // part of the given logs could not be read
  'connection', // one of several connections gave no whole answer
  'copies', // an event that was delivered twice counts twice
] as const
type DoubtCode = (typeof doubtCodes)[number]

export interface Doubt {
  readonly code: DoubtCode
  readonly step?: string
  /** A sentence for people, without a full stop. */
  readonly message: string
}
