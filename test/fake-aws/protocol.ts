/** The four ways in which AWS's services speak: AWS JSON 1.1, Query (XML out), EC2's dialect of it, and REST with JSON. */
import type { AwsFault, Protocol } from './call.ts'

interface Reply {
  readonly status: number
  readonly type: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

/** `AWS4-HMAC-SHA256 Credential=AKIA…/20260131/us-east-1/cloudtrail/aws4_request, …` */
export function readSignature(
  header: string | undefined,
): { key: string; region: string; service: string } | undefined {
  const match = /Credential=([A-Z0-9]+)\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/.exec(header ?? '')
  return match ? { key: match[1]!, region: match[2]!, service: match[3]! } : undefined
}

/** A form becomes a map; `Filter.1.Value.2` stays one name. */
export const readForm = (body: string): Record<string, string> => Object.fromEntries(new URLSearchParams(body))

/** `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents` and its short form name one operation. */
export const operationOfTarget = (target: string): string => target.split('.').at(-1) ?? ''

export function reply(protocol: Protocol, operation: string, output: unknown, namespace = ''): Reply {
  if (protocol === 'json')
    return { status: 200, type: 'application/x-amz-json-1.1', body: JSON.stringify(output ?? {}) }
  if (protocol === 'rest-json') return { status: 200, type: 'application/json', body: JSON.stringify(output ?? {}) }
  const inner = xml(output)
  const body =
    protocol === 'ec2'
      ? `<${operation}Response xmlns="${namespace}"><requestId>fake</requestId>${inner}</${operation}Response>`
      : `<${operation}Response xmlns="${namespace}"><${operation}Result>${inner}</${operation}Result><ResponseMetadata><RequestId>fake</RequestId></ResponseMetadata></${operation}Response>`
  return { status: 200, type: 'text/xml', body }
}

export function replyFault(protocol: Protocol, { code, message, status }: AwsFault): Reply {
  if (protocol === 'json')
    return { status, type: 'application/x-amz-json-1.1', body: JSON.stringify({ __type: code, message }) }
  if (protocol === 'rest-json')
    return {
      status,
      type: 'application/json',
      headers: { 'x-amzn-errortype': code },
      body: JSON.stringify({ message }),
    }
  // The Query protocol names this one without "Exception".
  const short = code.replace(/^(AccessDenied|ExpiredToken|Throttling)Exception$/, '$1')
  const body =
    protocol === 'ec2'
      ? `<Response><Errors><Error><Code>${short}</Code><Message>${escaped(message)}</Message></Error></Errors><RequestID>fake</RequestID></Response>`
      : `<ErrorResponse><Error><Type>Sender</Type><Code>${short}</Code><Message>${escaped(message)}</Message></Error><RequestId>fake</RequestId></ErrorResponse>`
  return { status, type: 'text/xml', body }
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Lists are wrapped items: `{ regionInfo: { item: [a, b] } }` gives `<regionInfo><item>a</item><item>b</item></regionInfo>`. */
function xml(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return escaped(String(value))
  return Object.entries(value)
    .flatMap(([name, member]) =>
      (Array.isArray(member) ? member : [member]).map((one) => `<${name}>${xml(one)}</${name}>`),
    )
    .join('')
}
