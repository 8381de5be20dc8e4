/** Settings of which some name environment variables that are not set: that matters to who asks for these, and to nobody else. */
import type { TrailbookError } from '../core/errors.ts'

/** By name of the setting, what is thrown at who asks for it. */
export type Unset = Readonly<Record<string, TrailbookError>>

/** The settings, in which asking for an unset one throws; a copy of all of them does, too. */
export function withUnset<Settings extends object>(settings: Settings, unset: Unset): Settings {
  const guarded = { ...settings }
  for (const [name, error] of Object.entries(unset))
    Object.defineProperty(guarded, name, {
      enumerable: true,
      get() {
        throw error
      },
    })
  return guarded
}

/** The settings and more of them; asking for an unset one throws as before. */
export const joined = <Settings extends object, More extends object>(settings: Settings, more: More): Settings & More =>
  Object.defineProperties(
    {},
    { ...Object.getOwnPropertyDescriptors(settings), ...Object.getOwnPropertyDescriptors(more) },
  ) as Settings & More

/** A copy without the unset ones. */
export function withoutUnset<Settings extends object>(settings: Settings): Settings {
  const known = Object.entries(Object.getOwnPropertyDescriptors(settings)).filter(([, { get }]) => get === undefined)
  return Object.fromEntries(known.map(([name, { value }]) => [name, value])) as Settings
}
