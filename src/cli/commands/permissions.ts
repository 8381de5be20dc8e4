import { managedPolicyLimit, mergePolicy, policySize, wideGrants } from '../../core/permissions/policy.ts'
import type { PolicyStatement } from '../../core/ports.ts'
import { conjunction } from '../../core/report/gaps.ts'
import { type Line, line } from '../../core/report/lines.ts'
import { plural, visible } from '../../core/report/text.ts'
import { defineCommand, flag } from '../command.ts'
import { type Config, loadConfig } from '../config.ts'
import { allowancesOf, checkNames, connectionOption, connectionsOf, lakeName } from '../connections.ts'
import { allOption, paramOption, whatArgument } from '../run-options.ts'
import { prepareRuns, type SoundRunbook } from '../run-request.ts'

export const permissionsCommand = defineCommand({
  name: 'permissions',
  summary: 'Print the least that running runbooks must be allowed',
  details:
    'One IAM policy for all runbooks and connections on standard output; what it cannot say (grants of Trino, what cannot be narrowed, what is not carried out) is told on standard error. Nobody is asked.',
  arguments: [whatArgument],
  options: [
    allOption,
    paramOption,
    connectionOption,
    { flags: '--ingest', description: 'also what reading the buckets under sources: into the lake needs' },
  ],
  examples: [
    { command: 'trailbook permissions --all --connection athena > policy.json', says: 'for every runbook on Athena' },
    { command: 'trailbook permissions --all --ingest', says: 'for the lake: only filling it from S3 needs any' },
  ],
  async action(given, context) {
    const config = await loadConfig(context)
    const { requests } = await prepareRuns(given, config, context)
    const named = connectionsOf(given)
    const names = named.length === 0 ? [lakeName] : named
    checkNames(names, config)
    const others = names.filter((name) => name !== lakeName)
    const allowances = await Promise.all(others.map(async (name) => ({ name, ...(await allowancesOf(name, config)) })))
    const statements = [
      ...allowances.flatMap((one) => one.statements),
      ...(flag(given, 'ingest') ? sourceStatements(config) : []),
    ]
    const policy = statements.length === 0 ? null : mergePolicy(statements)
    const size = policy === null ? 0 : policySize(policy)
    const lacksSources = flag(given, 'ingest') && Object.keys(config.sources).length === 0
    const grants = allowances.flatMap(({ name, grants }) => grants.map((sql) => ({ connection: name, sql })))
    const notCarriedOut = requests.flatMap(({ loaded }) => handSteps(loaded))
    const notes = [
      ...(names.includes(lakeName) ? ['The lake is files of this machine: asking it needs no permission of AWS.'] : []),
      ...(lacksSources ? ['trailbook.yaml names no `sources:`, so --ingest adds nothing.'] : []),
      ...allowances
        .filter((one) => one.statements.length === 0 && one.grants.length === 0)
        .map(({ name, engine }) => `What "${name}" (${engine}) needs is not known.`),
      ...(policy === null ? [] : wideGrants(policy)),
      ...(size > managedPolicyLimit
        ? [
            `The policy has ${plural(size, 'character')}, where a managed policy takes ${plural(managedPolicyLimit, 'character')}: split it by connection.`,
          ]
        : []),
      ...(notCarriedOut.length === 0
        ? []
        : [
            `Not carried out by this version, and so not among the permissions: ${conjunction(kindsOf(notCarriedOut))}.`,
          ]),
    ]
    for (const { sql } of policy === null ? [] : grants) context.note(`Grant on Trino: ${visible(sql)};`)
    for (const note of notes) context.note(note)
    return {
      exitCode: 0,
      json: {
        schema: 'trailbook.permissions/v1',
        policy,
        size,
        limit: managedPolicyLimit,
        grants,
        notCarriedOut,
        notes,
      },
      lines: () => (policy === null ? grants.map(({ sql }) => line(`${sql};`)) : jsonLines(policy)),
    }
  },
})

/** For a file or a pipe: nothing but the policy. */
const jsonLines = (policy: object): readonly Line[] =>
  JSON.stringify(policy, undefined, 2)
    .split('\n')
    .map((text) => line(text))

interface HandStep {
  readonly runbook: string
  readonly step: string
  readonly kind: string
}

const byHand = new Set(['trace', 'verify', 'read', 'action', 'notify', 'watch'])

const handSteps = ({ runbook, runbooks }: SoundRunbook): readonly HandStep[] =>
  [runbook, ...[...runbooks.values()].map((inner) => inner.runbook)].flatMap(({ id, steps }) =>
    steps.filter(({ kind }) => byHand.has(kind)).map((step) => ({ runbook: id, step: step.id, kind: step.kind })),
  )

function kindsOf(steps: readonly HandStep[]): readonly string[] {
  const kinds = [...new Set(steps.map(({ kind }) => kind))].sort()
  return kinds.map((kind) => plural(steps.filter((step) => step.kind === kind).length, `${kind} step`))
}

/** Reading the objects under each place, and finding them; a role is assumed where one is named, and has the rest itself. */
function sourceStatements({ sources }: Pick<Config, 'sources'>): readonly PolicyStatement[] {
  return Object.values(sources).flatMap(({ url, role, bucketRegion = '' }): readonly PolicyStatement[] => {
    if (role !== undefined) return [allow('AssumeReaders', ['sts:AssumeRole'], [role])]
    return [url].flat().flatMap((place) => {
      const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(place) ?? []
      const partition = bucketRegion.startsWith('cn-')
        ? 'aws-cn'
        : bucketRegion.startsWith('us-gov-')
          ? 'aws-us-gov'
          : 'aws'
      const arn = `arn:${partition}:s3:::${bucket}`
      const list = allow('ListSources', ['s3:ListBucket'], [arn])
      return [
        prefix === '' ? list : { ...list, Condition: { StringLike: { 's3:prefix': [`${prefix}*`] } } },
        allow('LocateSources', ['s3:GetBucketLocation'], [arn]),
        allow('ReadSources', ['s3:GetObject'], [`${arn}/${prefix}*`]),
      ]
    })
  })
}

const allow = (Sid: string, Action: readonly string[], Resource: readonly string[]): PolicyStatement => ({
  Sid,
  Effect: 'Allow',
  Action,
  Resource,
})
