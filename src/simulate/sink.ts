/** What a simulation gives out, and where to. */
import type { IsoTime } from '../core/time.ts'

export interface LogFile {
  /** `AWSLogs/<account>/CloudTrail/<region>/…json.gz` */
  readonly path: string
  readonly account: string
  readonly region: string
  readonly delivered: IsoTime
  /** Each record as JSON text. */
  readonly records: readonly string[]
}

export interface Sink {
  logFile(file: LogFile): void
  /** `groundtruth.json`, `trailbook.yaml` */
  document(name: string, text: string): void
}

/** The inflated bytes of a delivered log file. */
export const logText = (file: Pick<LogFile, 'records'>): string => `{"Records":[${file.records.join(',')}]}`
