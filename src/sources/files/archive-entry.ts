/** What tar and zip archives have in common. */
export interface ArchiveEntry {
  /** As the archive spells it, which may be anything; nothing is ever written under that name. */
  readonly path: string
  readonly type: 'file' | 'folder' | 'link' | 'special'
  /** Bytes that it says to have, -1 where it does not say. */
  readonly size: number
}

/** An archive on the local disk. */
export interface Archive<E extends ArchiveEntry> {
  /** In the order of the archive. @throws InputFault INPUT_ARCHIVE_DAMAGED behind those that could be found */
  entries(): AsyncGenerator<E, void>
  /** @throws InputFault, also while the bytes are read */
  open(entry: E): Promise<AsyncIterable<Uint8Array>>
}
