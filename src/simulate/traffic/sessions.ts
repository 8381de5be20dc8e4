/** Credentials that live for hours: the same key until it is renewed. */
import { hour, second } from '../../core/time.ts'
import { assumeRole } from '../calls/sts.ts'
import { awsService, type Caller, type Identity, type Role, roleSession } from '../principals.ts'
import { createRandom } from '../random.ts'
import type { Workload } from '../workloads.ts'
import type { Scene } from './scene.ts'

export interface Sessions {
  /** The session of a workload's role, on one of its instances. Its AssumeRole is logged when it is first used. */
  workload(scene: Scene, workload: Workload): Caller
  /** A service-linked role, which its service assumes every hour. */
  linked(scene: Scene, role: Role, options: LinkedOptions): Caller
}

interface LinkedOptions {
  readonly service: string
  readonly session: string
  readonly region: string
}

type Kept = Caller & { readonly until: number }

const renewals = { ec2: 6 * hour, ecs: 6 * hour, lambda: 4 * hour } as const

export function createSessions(seed: string): Sessions {
  const kept = new Map<string, Kept>()

  interface Wanted {
    readonly key: string
    readonly role: Role
    readonly lasts: number
    readonly service: string
    readonly region: string
    readonly make: (session: ReturnType<typeof createRandom>, created: number) => ReturnType<typeof roleSession>
    readonly name: string
  }

  function current(scene: Scene, wanted: Wanted): Caller {
    const known = kept.get(wanted.key)
    if (known !== undefined && known.until > scene.at) return known
    const created = Math.max(scene.at - second, 0)
    const random = createRandom(seed, wanted.key, created)
    const session = wanted.make(random, created)
    const call = assumeRole({ role: wanted.role, name: wanted.name, key: session.key, at: created, random })
    scene.happen(awsService(wanted.service), call, { at: created, region: wanted.region, account: wanted.role.account })
    // Renewal times lie apart, as those of machines that were not started together do.
    kept.set(wanted.key, { ...session, until: scene.at + wanted.lasts * (0.8 + random.next() * 0.2) })
    return kept.get(wanted.key)!
  }

  return {
    workload(scene, workload) {
      const instance = workload.runtime === 'ec2' ? scene.random.pick(workload.instances) : undefined
      const slot = workload.runtime === 'ecs' ? scene.random.below(3) : 0
      const key = `${workload.role.account} ${workload.name} ${instance ?? slot}`
      return current(scene, {
        key,
        role: workload.role,
        lasts: renewals[workload.runtime],
        service: workload.runtime === 'ecs' ? 'ecs-tasks.amazonaws.com' : `${workload.runtime}.amazonaws.com`,
        region: workload.region,
        name: instance ?? (workload.runtime === 'lambda' ? workload.name : taskOf(key)),
        make: (random, created) =>
          roleSession(workload.role, {
            name: instance ?? (workload.runtime === 'lambda' ? workload.name : taskOf(key)),
            created,
            random,
            address: addressOf(workload, key),
            agent: agents[workload.runtime],
            instance: instance !== undefined,
            ...(workload.runtime === 'lambda' && { inScopeOf: functionScope(workload) }),
            ...(workload.runtime === 'ec2' && { endpoint: 'vpce-0a1b2c3d4e8a3b1e0' }),
          }),
      })
    },
    linked: (scene, role, { service, session, region }) =>
      current(scene, {
        key: `${role.arn} ${region}`,
        role,
        lasts: hour,
        service,
        region,
        name: session,
        make: (random, created) =>
          roleSession(role, { name: session, created, random, address: service, agent: service, invokedBy: service }),
      }),
  }
}

const agents = {
  ec2: 'aws-sdk-java/2.29.23 md/io#sync md/http#Apache ua/2.1 os/Linux#6.1.119-129.201.amzn2023.x86_64 lang/java#21.0.5',
  ecs: 'aws-sdk-js/3.709.0 ua/2.1 os/linux#5.10.230 lang/js md/nodejs#20.18.1 api/dynamodb#3.709.0 exec-env/AWS_ECS_FARGATE m/E',
  lambda:
    'Boto3/1.35.80 md/Botocore#1.35.80 ua/2.0 os/linux#5.10.230 lang/python#3.12.7 exec-env/AWS_Lambda_python3.12',
} as const

/** Task ids are 32 hexadecimal digits. */
const taskOf = (key: string): string => createRandom('task', key).hex(32)

/** Machines in private subnets call from 10.x through an endpoint, the others from their network's gateway. */
function addressOf(workload: Workload, key: string): string {
  const random = createRandom('address', key)
  return workload.runtime === 'ec2'
    ? `10.20.${random.between(0, 15)}.${random.between(4, 250)}`
    : `192.0.2.${random.between(10, 60)}`
}

const functionScope = (workload: Workload): Identity => ({
  sourceArn: `arn:aws:lambda:${workload.region}:${workload.role.account}:function:${workload.name}`,
  sourceAccount: workload.role.account,
  issuerType: 'AWS::Lambda::Function',
  credentialsIssuedTo: workload.role.arn,
})
