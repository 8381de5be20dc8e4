/** People: sign in, look around, seldom change something; a few are IAM users with a password. */
import { hour, minute, second } from '../../core/time.ts'
import { denied } from '../calls/denied.ts'
import { listBuckets } from '../calls/s3.ts'
import { checkMfa, consoleLogin } from '../calls/signin.ts'
import { readCall, writeCall } from '../calls/simple.ts'
import { assumeRoleWithSaml, getCallerIdentity, samlCaller } from '../calls/sts.ts'
import { computeReads, controlReads, networkReads, storeReads } from '../calls/sweeps.ts'
import type { Account } from '../organisation.ts'
import { browsers, type Person, presence } from '../people.ts'
import { type Caller, type IamUser, onBehalf, roleSession, userSession } from '../principals.ts'
import { draw } from '../random.ts'
import type { Call } from '../record.ts'
import { globalRegion, homeRegion } from '../regions.ts'
import { burst, type Scene, type Source, stretch } from './scene.ts'

/** Somebody who works here and is at work. */
function whoIsHere({ organisation, account, random, at }: Scene): Person | undefined {
  const people = organisation.people.filter((person) => person.accounts.includes(account.id))
  const weights = people.map((person) => presence(person, at))
  return people[draw(random, weights)]
}

const anybodyHere = (at: number): number => {
  const hourOfDay = new Date(at).getUTCHours()
  return hourOfDay >= 3 && hourOfDay < 23 ? (hourOfDay >= 7 && hourOfDay < 17 ? 1 : 0.3) : 0.01
}

/** The user is known to Identity Center by id; calls in accounts say so since the sessions carry it. */
const behalfOf = (scene: Scene, person: Person) => ({
  userId: person.id,
  identityStoreArn: `arn:aws:identitystore::${scene.organisation.account('management').id}:identitystore/d-99670example`,
})

/** Sign-in through Identity Center, and the role session that it gives. */
function signedIn(scene: Scene, person: Person, agent: string): Caller | undefined {
  const { account, random, at, organisation } = scene
  const role = account.roles[person.access]
  const address = random.chance(0.7) ? person.office : person.home
  const portal = {
    identity: portalIdentity(scene, person),
    account: organisation.account('management').id,
    address,
    agent,
    tls: true,
  }
  const management = portal.account
  scene.happen(
    portal,
    {
      service: 'sso',
      name: 'Authenticate',
      read: false,
      type: 'AwsServiceEvent',
      details: { UserAuthentication: 'Success', CredentialType: 'PASSWORD,TOTP' },
    },
    { account: management, region: homeRegion },
  )
  scene.happen(
    portal,
    {
      service: 'sso',
      name: 'Federate',
      read: false,
      type: 'AwsServiceEvent',
      details: { account_id: account.id, role_name: role.name },
    },
    { account: management, region: homeRegion, at: at + 2 * second },
  )
  const session = roleSession(role, {
    name: person.email,
    created: at + 3 * second,
    random,
    address,
    agent,
    console: true,
    onBehalfOf: behalfOf(scene, person),
  })
  const grant = {
    role,
    name: person.email,
    key: session.key,
    at: at + 3 * second,
    random,
    audience: 'https://signin.aws.amazon.com/saml',
  }
  const issued = scene.happen(samlCaller(person.email, { address, agent }), assumeRoleWithSaml(grant), {
    region: homeRegion,
    at: at + 3 * second,
  })
  return issued.length === 0 ? undefined : session
}

const portalIdentity = ({ organisation }: Scene, person: Person) => ({
  type: 'Unknown',
  principalId: organisation.account('management').id,
  accountId: organisation.account('management').id,
  userName: person.email,
  onBehalfOf: {
    userId: person.id,
    identityStoreArn: `arn:aws:identitystore::${organisation.account('management').id}:identitystore/d-99670example`,
  },
  credentialId: `EXAMPLE-${person.id.slice(0, 8)}`,
})

const consoleSessions: Source = {
  name: 'console-sessions',
  share: ({ kind }) => (kind === 'production' ? 2 : 6),
  length: 48,
  busy: anybodyHere,
  act(scene) {
    const { random } = scene
    const person = whoIsHere(scene)
    if (person === undefined) return
    const session = signedIn(scene, person, person.agent)
    if (session === undefined) return
    const start = scene.at + 4 * second
    scene.happen(session, consoleLogin({ region: homeRegion, mfa: false }), { region: homeRegion, at: start })
    browse(scene, session, { person, start, until: start + random.between(6, 70) * minute })
  },
}

interface Visit {
  readonly person?: Person
  readonly start: number
  readonly until: number
}

/** Pages of the console, each a handful of calls; most are made by the page, not by the person. */
function browse(scene: Scene, caller: Caller, { person, start, until }: Visit): void {
  const { random, account } = scene
  const service = onBehalf(caller, 'health.amazonaws.com')
  let at = start + random.between(2, 9) * second
  while (at < until) {
    const region = random.chance(0.85) ? homeRegion : random.pick(account.business)
    const page = random.pick(pages)
    at = burst(scene, { caller, region, pause: 400, at }, stretch(random, page, random.between(2, 8)))
    if (random.chance(0.2))
      scene.happen(service, readCall('health', 'DescribeEventAggregates', { aggregateField: 'eventTypeCategory' }), {
        region: globalRegion,
        at,
      })
    if (random.chance(0.06)) scene.happen(caller, listBuckets(random, region), { region, at })
    if (person?.access === 'readOnly' && random.chance(0.03))
      scene.happen(caller, forbidden(scene, caller), { region, at })
    if (person?.access !== 'readOnly' && random.chance(0.12)) scene.happen(caller, smallChange(scene), { region, at })
    at += random.between(20, 400) * second
  }
}

const pages: readonly (readonly Call[])[] = [computeReads, networkReads, storeReads, controlReads]

/** A reader opens a page that shows what readers may not see. */
function forbidden({ account }: Scene, caller: Caller): Call {
  const resource = `arn:aws:secretsmanager:${homeRegion}:${account.id}:secret:orders-api/database-AbCdEf`
  return denied(readCall('secretsmanager', 'GetSecretValue'), caller, { resource })
}

const smallChange = ({ random, account }: Scene): Call =>
  random.pick([
    writeCall('ssm', 'PutParameter', { name: `/${account.name}/feature-flags`, type: 'String', overwrite: true }),
    writeCall(
      'logs',
      'StartQuery',
      { logGroupName: '/app/orders-api', queryString: 'fields @timestamp, @message' },
      { queryId: random.uuid() },
    ),
    writeCall('ecs', 'UpdateService', {
      cluster: account.name,
      service: 'orders-api',
      desiredCount: random.between(2, 6),
    }),
    writeCall('monitoring', 'PutDashboard', { dashboardName: `${account.name}-overview` }),
    writeCall('ec2', 'CreateTags', {
      resourcesSet: { items: [{ resourceId: 'i-0e8a3b1e0e8a3b1e0' }] },
      tagSet: { items: [{ key: 'note', value: 'checked' }] },
    }),
    writeCall('lambda', 'UpdateFunctionConfiguration20150331v2', { functionName: 'invoice-mailer', timeout: 30 }),
  ])

/** The same people on the command line. */
const terminals: Source = {
  name: 'terminals',
  share: ({ kind }) => (kind === 'production' ? 1 : 3),
  length: 12,
  busy: anybodyHere,
  act(scene) {
    const person = whoIsHere(scene)
    if (person === undefined) return
    const session = signedIn(
      scene,
      person,
      'aws-cli/2.22.18 md/awscrt#0.23.4 ua/2.0 os/macos#24.2.0 md/arch#arm64 lang/python#3.12.6 cfg/retry-mode#standard md/installer#source',
    )
    if (session === undefined) return
    const { console: _, ...caller } = session
    const calls = [getCallerIdentity, ...stretch(scene.random, scene.random.pick(pages), scene.random.between(3, 12))]
    burst(scene, { caller, region: homeRegion, pause: 25 * second, at: scene.at + 8 * second }, calls)
  },
}

const isPerson = ({ name }: IamUser): boolean => name.includes('.')

/** IAM users sign in with a password and a second factor; some mistype it. */
const passwordLogins: Source = {
  name: 'password-logins',
  share: (account) => (account.users.some(isPerson) ? 2 : 0),
  length: 24,
  busy: anybodyHere,
  act(scene) {
    const { random, account, at } = scene
    const user = random.pick(account.users.filter(isPerson))
    const place = { address: homeOf(account, user), agent: random.pick(browsers.slice(0, 2)) }
    const caller = userSession(user, { ...place, created: at + 30 * second, mfa: true, random })
    const { accessKeyId: _, sessionContext: __, ...identity } = caller.identity
    const before = { ...caller, identity, console: false }
    const where = { region: globalRegion }
    if (random.chance(0.03))
      scene.happen(before, consoleLogin({ region: globalRegion, mfa: false, failure: 'Failed authentication' }), where)
    scene.happen(before, checkMfa(globalRegion), { ...where, at: at + 20 * second })
    const mfaDevice = `arn:aws:iam::${account.id}:mfa/${user.name}`
    scene.happen(before, consoleLogin({ region: globalRegion, mfa: true, mfaDevice }), {
      ...where,
      at: at + 30 * second,
    })
    const start = at + 40 * second
    browse(scene, caller, { start, until: Math.min(start + random.between(8, 45) * minute, start + hour) })
  },
}

const homeOf = (account: Account, user: IamUser): string =>
  `198.51.100.${100 + account.users.findIndex(({ name }) => name === user.name) + Number(account.id[0]) * 5}`

export const peopleTraffic: readonly Source[] = [consoleSessions, terminals, passwordLogins]
