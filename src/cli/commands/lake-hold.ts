import { openUpkeep, type Upkeep } from '../../compose.ts'
import { TrailbookError } from '../../core/errors.ts'
import { blank, type Line, labelled, line, span } from '../../core/report/lines.ts'
import { plural, visible } from '../../core/report/text.ts'
import { isDay } from '../../core/time.ts'
import { list, type Outcome, text } from '../command.ts'
import { openDiary, osActor } from '../diary.ts'
import { waitingOf } from '../waiting.ts'
import type { LakeCall } from './lake.ts'

type HoldAnswer = Outcome['json'] & { readonly deed: 'added' | 'released' | 'listed'; readonly holds: readonly Hold[] }

const answer = (deed: HoldAnswer['deed'], holds: readonly Hold[]): HoldAnswer => ({
  schema: 'trailbook.lake-hold/v1',
  deed,
  holds,
})

type Hold = Awaited<ReturnType<Upkeep['holds']>>[number]

export async function lakeHold(call: LakeCall): Promise<Outcome> {
  const { given, context, config, rest } = call
  const [deed = '', name] = rest
  const upkeep = await openUpkeep(config.lake)
  if (deed === 'list' && name === undefined) return listed(await upkeep.holds())
  if ((deed !== 'add' && deed !== 'release') || name === undefined || !/^[\w.-]{1,64}$/.test(name))
    throw new TrailbookError('CLI_USAGE', {
      reason: 'lake hold takes add or release and a name of letters, digits, dots and dashes, or list',
      advice: 'trailbook lake hold add case-17 --from 2026-01-01 --to 2026-01-31 --reason "case 17"',
    })
  const hold =
    deed === 'add'
      ? await upkeep.addHold(asked(call, name), waitingOf(given, context))
      : await upkeep.releaseHold(name, waitingOf(given, context))
  const diary = await openDiary(config, context)
  await diary.note(deed === 'add' ? 'lake.hold-added' : 'lake.hold-released', { ...hold })
  return {
    exitCode: 0,
    json: answer(deed === 'add' ? 'added' : 'released', [hold]),
    lines: (width) => [line(span(deed === 'add' ? 'Held' : 'Released', 'strong')), ...holdLines(hold, width)],
  }
}

/** @throws TrailbookError CLI_USAGE */
function asked({ given }: LakeCall, name: string): Omit<Hold, 'at'> {
  const reason = text(given, 'reason')?.trim()
  if (reason === undefined || reason === '')
    throw new TrailbookError('CLI_USAGE', {
      reason: 'A hold needs a reason',
      advice: 'Whoever wants to release it must know why it is there: --reason "…"',
    })
  const accounts = list(given, 'account')
  const wrong = accounts.find((account) => !/^\d{12}$/.test(account))
  if (wrong !== undefined)
    throw new TrailbookError('CLI_USAGE', {
      reason: `"${wrong}" is no account id`,
      advice: 'An account id has 12 digits.',
    })
  const [from, to] = [dayOf(text(given, 'from'), '--from'), dayOf(text(given, 'to'), '--to')]
  if (from !== null && to !== null && to < from)
    throw new TrailbookError('CLI_USAGE', { reason: 'The hold ends before it begins', advice: 'Both days are held.' })
  return { name, from, to, accounts, reason, by: osActor() }
}

/** An event day, of a time the day it lies in. */
function dayOf(value: string | undefined, flag: string): string | null {
  if (value === undefined) return null
  const date = value.slice(0, 10)
  const time = Date.parse(value)
  if (/^\d{4}-\d\d-\d\d(T\S+)?$/.test(value) && !Number.isNaN(time) && isDay(date))
    return new Date(time).toISOString().slice(0, 10)
  throw new TrailbookError('CLI_USAGE', {
    reason: `${flag} is "${value}", which is no day`,
    advice: 'Days are written as 2026-01-31.',
  })
}

function listed(holds: readonly Hold[]): Outcome {
  return {
    exitCode: 0,
    json: answer('listed', holds),
    lines: (width) =>
      holds.length === 0
        ? [line('Nothing is held.')]
        : [
            line(span(plural(holds.length, 'hold'), 'strong')),
            ...holds.flatMap((hold) => [blank, ...holdLines(hold, width)]),
          ],
  }
}

function holdLines(hold: Hold, width: number): readonly Line[] {
  const days = `${hold.from ?? 'the beginning'} to ${hold.to ?? 'the end'}, both included`
  const accounts = hold.accounts.length === 0 ? 'all accounts' : hold.accounts.map(visible).join(', ')
  return [
    ...labelled('Name  ', visible(hold.name), width),
    ...labelled('Days  ', days, width),
    ...labelled('Of    ', accounts, width),
    ...labelled('Why   ', visible(hold.reason), width),
    ...labelled('Since ', `${hold.at}, ${visible(hold.by)}`, width),
  ]
}
