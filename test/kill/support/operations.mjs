import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { manifestOf, partCount } from './contents.mjs'

const publishedFolders = (target) =>
  existsSync(join(target, 'snapshots')) ? readdirSync(join(target, 'snapshots')).length : 0

/**
 * The operations on a lake that are killed. Of each: the lake it begins with, its arguments, how to tell that it has written
 * something and not yet committed it, which states a reader may see after the kill, and what the next run ends with.
 */
export function operationsOf({ lakes, states, batches, age, milliseconds, parts }) {
  /** Some part more than before: it is written, and no manifest names it yet, or the newest one just did. */
  const partWritten = (lake, random) => {
    const wanted = partCount(lake) + 1 + Math.floor(random() * 6)
    return () => partCount(lake) >= wanted
  }
  const isOne =
    (...names) =>
    (found) =>
      names.some((name) => states[name].hash === found.hash)
  return [
    {
      name: 'ingest',
      from: lakes.a,
      args: (lake) => ['ingest', batches.second.folder, '--lake', lake],
      usual: milliseconds.ingest,
      sign: partWritten,
      // Whole files go in, a batch at a time.
      between: (found) => found.rows >= states.a.rows && found.rows <= states.ab.rows && found.rows === found.distinct,
      after: isOne('ab'),
    },
    {
      name: 'compact',
      from: lakes.ab,
      args: (lake) => ['lake', 'compact', '--lake', lake],
      usual: milliseconds.compact,
      sign: partWritten,
      between: isOne('ab'),
      after: isOne('ab'),
      also: (lake) => {
        const { events } = manifestOf(lake)
        return events.length === parts.compacted
          ? undefined
          : `${events.length} parts are left instead of ${parts.compacted}`
      },
    },
    {
      name: 'vacuum',
      from: lakes.compacted,
      args: (lake) => ['lake', 'vacuum', '--older-than', '0s', '--lake', lake],
      usual: 300,
      sign: (lake, random) => {
        const wanted = partCount(lake) - 1 - Math.floor(random() * 20)
        return () => partCount(lake) <= wanted
      },
      between: isOne('compacted'),
      after: isOne('compacted'),
      also: (lake) => {
        const { events, files, coverage, retired } = manifestOf(lake)
        const named = events.length + files.length + coverage.length
        return retired.length === 0 && partCount(lake) === named ? undefined : 'replaced parts are left'
      },
    },
    {
      name: 'retain',
      from: lakes.held,
      args: (lake) => ['lake', 'retain', '--older-than', age, '--lake', lake],
      usual: milliseconds.retain,
      sign: partWritten,
      between: isOne('ab', 'retained'),
      after: isOne('retained'),
    },
  ]
}

/** A publish that is killed, to a target that one process reads all the time. */
export function publishing({ lakes, states }, target) {
  const order = ['a', 'ab', 'compacted', 'abc']
  let turn = 0
  let before = { rows: 0, hash: undefined }
  return {
    next() {
      const name = order[turn++ % order.length]
      const was = before
      before = states[name]
      return {
        args: ['lake', 'publish', target, '--keep', '1', '--older-than', '20s', '--lake', lakes[name]],
        sign: () => {
          const folders = publishedFolders(target)
          return () => publishedFolders(target) > folders
        },
        between: (found) =>
          found.hash === states[name].hash || found.hash === was.hash || (was.hash === undefined && found.rows === 0),
        after: (found) => found.hash === states[name].hash,
      }
    },
  }
}
