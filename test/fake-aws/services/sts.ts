import { AwsFault, denied, required, type Service } from '../call.ts'
import type { FakeWorld } from '../world.ts'

export interface Identity {
  readonly account: string
  readonly arn: string
}

/** `issue` makes a new access key for an identity. */
export function sts(world: FakeWorld, issue: (identity: Identity) => string): Service {
  return {
    name: 'sts',
    protocol: 'query',
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    operations: {
      GetCallerIdentity: (call) => ({ UserId: 'AIDACKCEVSQ6C2EXAMPLE', Account: call.account, Arn: call.principal }),
      AssumeRole(call) {
        const role = required(call, 'RoleArn')
        const session = required(call, 'RoleSessionName')
        const [, account = '', name = ''] =
          /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/.exec(role) ?? []
        const found = world.accounts.find(({ id }) => id === account)
        if (found === undefined || (found.roles !== undefined && !found.roles.includes(name)))
          throw denied(call, 'sts:AssumeRole', role)
        if (!/^[\w+=,.@-]{2,64}$/.test(session)) throw new AwsFault('ValidationError', 'RoleSessionName is not valid')
        const arn = `arn:aws:sts::${account}:assumed-role/${name}/${session}`
        return {
          Credentials: {
            AccessKeyId: issue({ account: found.leadsTo ?? account, arn }),
            SecretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
            SessionToken: 'FwoGZXIvYXdzEXAMPLE',
            // By the clock of this computer: that is the one the SDK goes by.
            Expiration: new Date(Date.now() + 3_600_000).toISOString(),
          },
          AssumedRoleUser: { AssumedRoleId: `AROACKCEVSQ6C2EXAMPLE:${session}`, Arn: arn },
        }
      },
    },
  }
}
