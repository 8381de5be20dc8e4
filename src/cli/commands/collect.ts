import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { shownPath } from '../../authoring/library.ts'
import { collectOrganisation, permissionsToCollect } from '../../compose.ts'
import { exitCodes, TrailbookError } from '../../core/errors.ts'
import { type Line, labelled, line, span } from '../../core/report/lines.ts'
import { plural, visible } from '../../core/report/text.ts'
import { type CollectedInventory, inventoryFileSchema } from '../../core/run/inventory.ts'
import { awsCall } from '../aws-call.ts'
import { argument, type CliContext, defineCommand, flag, list, type Outcome, text } from '../command.ts'
import { loadConfig } from '../config.ts'
import { accountRoleOf, accountRoleOptions } from '../event-history.ts'
import { replaceFile } from '../replace-file.ts'
import { checkScope } from '../run-request.ts'

export const collectCommand = defineCommand({
  name: 'collect',
  summary: 'Read accounts, Regions and trails of an organisation from AWS',
  details:
    'Writes what coverage expects: a file for `inventory:` in trailbook.yaml. "inventory" reads accounts, organisational units, enabled Regions, and trails with their event selectors; "selectors" only the trails, and leaves the accounts of the file as they are. All calls read; --permissions prints the policy that allows them and nothing more. An account that could not be read is named and stays unknown, so that no answer is called complete because of it.',
  arguments: [{ name: '<what>', description: 'inventory, or selectors', choices: ['inventory', 'selectors'] }],
  options: [
    { flags: '--out <file>', description: 'write it there; an older collection is replaced' },
    { flags: '--account <id>', description: 'only this account; may be given several times', repeatable: true },
    ...accountRoleOptions,
    { flags: '--permissions', description: 'print the IAM policy that this needs, and ask AWS nothing' },
  ],
  examples: [
    {
      command: 'trailbook collect inventory --out inventory.json',
      says: 'then `inventory: ./inventory.json` in trailbook.yaml',
    },
    {
      command: 'trailbook collect inventory --account-role trailbook-reader --out inventory.json',
      says: 'trails of the members, too',
    },
    { command: 'trailbook collect inventory --permissions', says: 'the smallest policy' },
  ],
  async action(given, context) {
    const asked = argument(given, 'what')
    if (asked !== 'inventory' && asked !== 'selectors')
      throw new TrailbookError('CLI_USAGE', {
        reason: `There is nothing called "${asked}" to collect`,
        advice: 'Write trailbook collect inventory, or trailbook collect selectors.',
      })
    const config = await loadConfig(context)
    const accountRole = accountRoleOf(given, config)
    if (flag(given, 'permissions')) return policyOutcome(await permissionsToCollect(asked, accountRole?.role))
    checkScope(given)
    const out = text(given, 'out')
    const path = out === undefined ? undefined : resolve(context.cwd, out)
    const older = path === undefined ? undefined : await readOlder(path, shownPath(path, context.cwd))
    const fresh = await collected(asked, { accounts: list(given, 'account'), accountRole, context })
    const document =
      asked === 'selectors' && older !== undefined
        ? { ...older, collected: fresh.collected, trails: fresh.trails }
        : fresh
    if (path !== undefined) await replaceFile(path, `${JSON.stringify(document, null, 2)}\n`)
    const problems = document.collected?.problems ?? []
    return {
      exitCode: problems.length > 0 ? exitCodes.quarantined : exitCodes.clear,
      json: {
        schema: 'trailbook.collect/v1',
        out: path === undefined ? null : shownPath(path, context.cwd),
        inventory: document,
      },
      lines: (width) => [
        ...(path === undefined
          ? documentLines(document)
          : summary(document, { out: shownPath(path, context.cwd), width })),
      ],
    }
  },
})

async function collected(
  what: 'inventory' | 'selectors',
  {
    accounts,
    accountRole,
    context,
  }: {
    readonly accounts: readonly string[]
    readonly accountRole: ReturnType<typeof accountRoleOf>
    readonly context: CliContext
  },
): Promise<CollectedInventory> {
  try {
    const found = await collectOrganisation(
      { what, accounts, accountRole, ...awsCall(context) },
      {
        now: () => context.clock.now(),
        signal: context.signal,
        onProgress: (done, all) => context.progress(`Collecting: ${done} of ${plural(all, 'account')}`),
      },
    )
    for (const { account, reason } of found.collected?.problems ?? [])
      context.note(visible(account === undefined ? reason : `Account ${account}: ${reason}`))
    return found
  } finally {
    context.progress(undefined)
  }
}

/** What an earlier collection wrote; anything else is not overwritten. @throws TrailbookError CLI_FILE_EXISTS */
async function readOlder(path: string, shown: string): Promise<CollectedInventory | undefined> {
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new TrailbookError('CLI_FILE_UNREADABLE', { path: shown, reason: error.message }, { cause: error })
  })
  if (content === undefined) return undefined
  try {
    const older = inventoryFileSchema.parse(JSON.parse(content))
    if (older.schema !== undefined) return older
  } catch {
    // It is something else, or damaged: the user decides.
  }
  throw new TrailbookError('CLI_FILE_EXISTS', { path: shown })
}

function policyOutcome(policy: object): Outcome {
  const content = JSON.stringify(policy, null, 2)
  return {
    exitCode: exitCodes.clear,
    json: { schema: 'trailbook.collect/v1', policy } as Outcome['json'],
    lines: () => content.split('\n').map((one) => line(one)),
  }
}

const documentLines = (document: CollectedInventory): readonly Line[] =>
  JSON.stringify(document, null, 2)
    .split('\n')
    .map((one) => line(one))

function summary(
  { accounts, trails, collected }: CollectedInventory,
  { out, width }: { readonly out: string; readonly width: number },
): readonly Line[] {
  const unknown = accounts.filter((one) => one.unknown !== undefined)
  const regions = accounts.reduce((total, one) => total + (one.regions?.length ?? 0), 0)
  const buckets = [...new Set(trails.flatMap(({ bucket }) => bucket ?? []))]
  return [
    line(
      span(plural(accounts.length, 'account'), 'strong'),
      ` with ${plural(regions, 'enabled Region')}, ${plural(trails.length, 'trail')}`,
    ),
    ...labelled('Written', out, width),
    ...labelled('By', `${collected?.by} at ${collected?.at}`, width),
    ...(unknown.length === 0
      ? []
      : labelled('Unknown', `${unknown.map(({ id }) => id).join(', ')}: no answer is complete while these are`, width)),
    ...((collected?.suspended.length ?? 0) === 0
      ? []
      : labelled('Suspended', `${collected?.suspended.join(', ')}: nothing is expected of these`, width)),
    ...(buckets.length < 2
      ? []
      : labelled(
          'Note',
          `The trails deliver to ${buckets.join(', ')}. Take out of the file those that this lake is not filled from: coverage believes the best of them.`,
          width,
        )),
    ...labelled('Next', `inventory: ./${out.replace(/^\.\//, '')}   # in trailbook.yaml`, width),
  ]
}
