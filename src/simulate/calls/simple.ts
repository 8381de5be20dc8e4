/** Calls of which nothing but the name and a few parameters matters. */
import type { Call, Failure } from '../record.ts'

type Parameters = Readonly<Record<string, unknown>>

export const readCall = (service: string, name: string, parameters?: Parameters): Call => ({
  service,
  name,
  read: true,
  ...(parameters !== undefined && { parameters }),
})

export const writeCall = (service: string, name: string, parameters?: Parameters, response?: unknown): Call => ({
  service,
  name,
  read: false,
  ...(parameters !== undefined && { parameters }),
  ...(response !== undefined && { response }),
})

export const failed = (call: Call, failure: Failure): Call => {
  const { response: _, ...rest } = call
  return { ...rest, failure }
}

export const throttled = (call: Call): Call =>
  failed(
    call,
    call.service === 'ec2'
      ? { code: 'Client.RequestLimitExceeded', message: 'Request limit exceeded.' }
      : { code: 'ThrottlingException', message: 'Rate exceeded' },
  )
