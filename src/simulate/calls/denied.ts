import type { Caller } from '../principals.ts'
import type { Call } from '../record.ts'
import { failed } from './simple.ts'

interface Denial {
  /** As the service names it, e.g. `user orders-admin`, not always an ARN; some services name none. */
  readonly resource?: string
  readonly action?: string
  readonly by?: 'identity-based' | 'service control' | 'resource-based'
  readonly explicit?: boolean
}

/** Of denied calls these services keep the parameters; of the others only the sentence says what was wanted. */
const keepsParameters: ReadonlySet<string> = new Set(['ec2', 's3', 'guardduty', 'eks', 'kms'])

/**
 * The call as it is recorded when access control refuses it. Sentences: IAM User Guide, "Troubleshoot access denied error
 * messages".
 */
export function denied(call: Call, caller: Caller, denial: Denial = {}): Call {
  const action = denial.action ?? `${call.service}:${call.name.replace(/20\d{6}(v2)?$/, '')}`
  const kind = `${denial.by ?? 'identity-based'} policy`
  const on = denial.resource === undefined ? '' : ` on resource: ${denial.resource}`
  const reason = denial.explicit
    ? `with an explicit deny in a ${kind}`
    : `because no ${kind} allows the ${action} action`
  const sentence = `User: ${caller.identity.arn} is not authorized to perform: ${action}${on} ${reason}`
  const { extra, ...rest } = call
  const kept = keepsParameters.has(call.service) ? call : withoutParameters(rest)
  if (call.service === 'ec2')
    return failed(kept, {
      code: 'Client.UnauthorizedOperation',
      message: `You are not authorized to perform this operation. ${sentence}. Encoded authorization failure message: EXAMPLE`,
    })
  // GuardDuty tells the reason in the response only.
  if (call.service === 'guardduty')
    return { ...failed(kept, { code: 'AccessDenied' }), response: { message: sentence } }
  return failed(extra === undefined ? kept : { ...kept, extra }, {
    code: codes[call.service] ?? 'AccessDenied',
    message: sentence,
  })
}

const codes: Readonly<Record<string, string>> = {
  dynamodb: 'AccessDeniedException',
  ssm: 'AccessDeniedException',
  lambda: 'AccessDeniedException',
  kms: 'AccessDenied',
  secretsmanager: 'AccessDenied',
  organizations: 'AccessDeniedException',
  ecr: 'AccessDeniedException',
}

function withoutParameters(call: Call): Call {
  const { parameters: _, resources: __, ...rest } = call
  return rest
}
