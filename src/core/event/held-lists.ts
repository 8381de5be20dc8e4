/** What a lake's manifest says of events that must stay, and of those that are gone. */
import { z } from 'zod'

const date = z.string().regex(/^\d{4}-\d\d-\d\d$/)
const texts = z.array(z.string())
const holds = z.array(
  z.object({ name: z.string(), from: date.nullable(), to: date.nullable(), accounts: texts, reason: z.string() }),
)
const removed = z.array(
  z.object({ from: date, to: date, accounts: texts.nullable(), rows: z.number(), at: z.iso.datetime() }),
)

/** What is removed must count as missing, and what is held must stay: neither may be half known. */
export const isWholeList = {
  holds: (value: unknown): boolean => holds.safeParse(value).success,
  removed: (value: unknown): boolean => removed.safeParse(value).success,
} as const
