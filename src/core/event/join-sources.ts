import type { LogFile, LogSource } from './source.ts'

/** Several sources as one, listed one after the other; each opens what it listed. */
export function joinSources(sources: readonly LogSource[]): LogSource {
  const [only] = sources
  if (sources.length === 1 && only !== undefined) return only
  const owners = new WeakMap<LogFile, LogSource>()
  const ownerOf = (file: LogFile | undefined): LogSource => {
    const owner = file && owners.get(file)
    if (owner === undefined) throw new Error('the file was listed by none of the sources')
    return owner
  }
  return {
    async *list(options = {}) {
      let before = 0
      for (const source of sources) {
        let found = 0
        const onFound = (count: number): void => {
          found = count
          options.onFound?.(before + count)
        }
        for await (const portion of source.list({ ...options, onFound })) {
          for (const file of portion) owners.set(file, source)
          yield portion
        }
        before += found
      }
    },
    expect(files) {
      if (files.length > 0) ownerOf(files[0]).expect?.(files)
    },
    forget(files) {
      if (files.length > 0) ownerOf(files[0]).forget?.(files)
    },
    open: (file, options) => ownerOf(file).open(file, options),
  }
}
