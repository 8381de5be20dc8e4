/** What one part of a collection could not read, in words; everything else goes on. */
import { awsError } from '../aws/errors.ts'
import { TrailbookError } from '../core/errors.ts'

/** These hit every call alike. */
const fatal = /^AWS_(CREDENTIALS|CLOCK|UNREACHABLE)/

export const hitsEveryCall = ({ code }: TrailbookError): boolean => fatal.test(code)

interface AskedPart {
  readonly permission: string
  readonly resource: string
  readonly role?: string | undefined
}

/** @throws TrailbookError where nothing could be read with such credentials, and what is no failure of AWS */
export async function attempt<T>(work: () => Promise<T>, asked: AskedPart): Promise<{ value: T } | { reason: string }> {
  try {
    return { value: await work() }
  } catch (error) {
    const told = awsError(error, { ...asked, endpoint: 'of AWS' })
    if (!(told instanceof TrailbookError) || hitsEveryCall(told)) throw told
    return { reason: told.message }
  }
}
