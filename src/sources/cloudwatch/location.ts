/** A log group as it is named on the command line: `cloudwatch:GROUP` or `cloudwatch:GROUP@REGION`. */

export interface LogGroupName {
  readonly group: string
  /** Without it the usual one. */
  readonly region: string | undefined
}

const start = /^cloudwatch:(?:\/\/(?=[^/]))?/i

export const isLogGroup = (text: string): boolean => start.test(text)

/** Names of groups have letters, digits and `_ - / . #` (CloudWatch Logs API, CreateLogGroup), and so never `@`. */
export function parseLogGroup(text: string): LogGroupName | undefined {
  const match = /^([\w./#-]{1,512})(?:@([a-z]{2,}(?:-[a-z0-9]+)+))?$/.exec(text.replace(start, ''))
  return match === null ? undefined : { group: match[1]!, region: match[2] }
}
