/** Which log groups are asked, and how they are reached. */
export interface LogsInsightsSettings {
  /** The connection's name in trailbook.yaml. */
  readonly name: string
  /** Names, or ARNs where they lie in other accounts; at most 50. */
  readonly logGroups: readonly string[]
  /** Of one query until its last row; that of the service is 60 minutes. */
  readonly timeLimitMs?: number | undefined
}

/** US dollars for each gigabyte scanned (CloudWatch pricing, us-east-1). */
export const usdPerGigabyte = 0.005

/** Rows of one query at most ("StartQuery", CloudWatch Logs API); the API's own default is a tenth of it. */
export const mostRows = 100_000
