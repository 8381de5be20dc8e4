/** What checking a bundle tells. */
interface BundleFault {
  /** Within the bundle. */
  readonly file: string
  /** Of the file, from 1, where the fault is in one line. */
  readonly line: number | null
  /**
   * - `changed`, `missing`, `added`: the file is not as the manifest has it;
   * - `unfit`: files that belong together do not agree, whoever computed their hashes;
   * - `source`: an original file no longer holds the bytes.
   */
  readonly kind: 'changed' | 'missing' | 'added' | 'unfit' | 'source'
  readonly message: string
}

export interface BundleReport {
  readonly id: string | null
  /** Faults were found: it is not as it was written. */
  readonly intact: boolean
  /** The first {@link maxBundleFaults} of them. */
  readonly faults: readonly BundleFault[]
  readonly faultCount: number
  readonly files: number
  /** Of the records whose original bytes are there: how many were compared with the original files, and how it ended. */
  readonly sources: SourceCounts | null
}

export interface SourceCounts {
  readonly same: number
  readonly changed: number
  /** The original file is gone or cannot be read. */
  readonly gone: number
}

const maxBundleFaults = 100

export interface FaultList {
  add(fault: BundleFault): void
  readonly faults: readonly BundleFault[]
  count(): number
}

export function createFaultList(): FaultList {
  const faults: BundleFault[] = []
  let count = 0
  return {
    faults,
    count: () => count,
    add(fault) {
      count++
      if (faults.length < maxBundleFaults) faults.push(fault)
    },
  }
}
