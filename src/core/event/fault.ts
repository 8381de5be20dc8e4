import { describe, type ErrorCode, type Values } from '../errors.ts'

type InputFaultCode = Extract<ErrorCode, `INPUT_${string}`>
type RecordFaultCode = Extract<ErrorCode, `RECORD_${string}`>

/** Why one record cannot go in; the reason is the catalogue's sentence. */
export interface RecordFault {
  readonly code: RecordFaultCode
  readonly reason: string
}

export const recordFault = (code: RecordFaultCode, values: Values = {}): RecordFault => ({
  code,
  reason: describe(code, values).message,
})

/** Why a whole file cannot go in. Thrown by readers and caught by ingest, which lists the file as quarantined. */
export class InputFault extends Error {
  readonly code: InputFaultCode

  constructor(code: InputFaultCode, values: Values = {}, options?: ErrorOptions) {
    super(describe(code, values).message, options)
    this.name = 'InputFault'
    this.code = code
  }
}
