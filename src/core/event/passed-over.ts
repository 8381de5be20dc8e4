/**
 * Why a file was not looked at: by its name, because a link leads out of the given folder or archive, because this program
 * wrote it, because it is an archive within an archive, or because it is a pipe, a device or a socket.
 */
export type PassedOverReason = 'name' | 'link' | 'own' | 'nested' | 'special'

export interface PassedOverFile {
  readonly file: string
  readonly reason: PassedOverReason
}

/** How many files were passed over, and the first few of them, those that may well hold logs before the others. */
interface PassedOver {
  readonly count: number
  readonly first: readonly PassedOverFile[]
}

const kept = 10

/** `logs.json.bz2` is worth a word before `README.md`. */
const mayHoldLogs = ({ file, reason }: PassedOverFile): boolean =>
  reason !== 'name' || /json|cloudtrail|\.(?:gz|log|bz2|zst|xz|zip|parquet)$/i.test(file)

/** Collects what is passed over, in memory bounded by the few that are named. */
export function collectPassedOver() {
  let count = 0
  const likely: PassedOverFile[] = []
  const others: PassedOverFile[] = []
  return {
    add(file: string, reason: PassedOverReason): void {
      count++
      const entry = { file, reason }
      const list = mayHoldLogs(entry) ? likely : others
      if (list.length < kept) list.push(entry)
    },
    result: (): PassedOver => ({ count, first: [...likely, ...others].slice(0, kept) }),
  }
}
