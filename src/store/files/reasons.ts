import { systemReasons } from '../../core/system-reasons.ts'

/** Why the system refused, in words; undefined where it is no error of the system. */
export function systemReason(error: unknown): string | undefined {
  const { code } = (error ?? {}) as NodeJS.ErrnoException
  return code === undefined || !(error instanceof Error) || !('syscall' in error)
    ? undefined
    : (systemReasons[code] ?? code)
}
