import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { contentsOfLake, contentsOfTarget } from './contents.mjs'

/**
 * Each operation on a disk that is full before it ends: a small tmpfs in a name space of its own, which needs no rights. Where
 * the system does not allow that, it is said and left out.
 */
export async function fullDisk(world, { cli, folder }) {
  const mount = join(folder, 'small-disk')
  mkdirSync(mount)
  if (spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', mount]).status !== 0) {
    console.log('     a full disk was not tried: this system lets no process mount a tmpfs (unshare -rm)')
    return []
  }
  const results = []
  const cases = [
    {
      name: 'ingest',
      from: 'a',
      end: 'ab',
      target: false,
      args: (lake) => ['ingest', world.batches.second.folder, '--lake', lake],
    },
    { name: 'compact', from: 'ab', end: 'ab', target: false, args: (lake) => ['lake', 'compact', '--lake', lake] },
    {
      name: 'retain',
      from: 'held',
      end: 'retained',
      target: false,
      args: (lake) => ['lake', 'retain', '--older-than', world.age, '--lake', lake],
    },
    {
      name: 'publish',
      from: 'ab',
      end: 'ab',
      target: true,
      args: (_, target) => ['lake', 'publish', target, '--lake', world.lakes.ab],
    },
  ]
  for (const { name, from, end, target, args } of cases)
    for (const spare of [0, 24, 96]) {
      const faults = []
      const [lake, snapshots] = [join(mount, 'lake'), join(mount, 'published')]
      const kept = join(folder, `kept-${name}-${spare}`)
      const script = join(folder, 'on-small-disk.sh')
      const fills = target ? 'true' : `cp -r "${world.lakes[from]}" "${lake}"`
      const command = (list) =>
        [process.execPath, cli.path, ...list, '--format', 'json'].map((part) => `'${part}'`).join(' ')
      writeFileSync(
        script,
        `set -e
mount -t tmpfs -o size=64m none "${mount}"
${fills}
used=$(du -sk "${mount}" | cut -f1)
mount -o remount,size=$((used + ${spare} + 8))k "${mount}" || mount -o remount,size=$((used + ${spare} + 64))k "${mount}"
set +e
${command(args(lake, snapshots))} > "${kept}.out" 2> "${kept}.err"
echo $? > "${kept}.code"
cp -r "${mount}" "${kept}-before"
mount -o remount,size=64m "${mount}"
${command(args(lake, snapshots))} > "${kept}.again" 2>&1
echo $? > "${kept}.code2"
cp -r "${mount}" "${kept}-after"
`,
      )
      const ran = spawnSync('unshare', ['-rm', 'sh', script], {
        env: { ...process.env, TRAILBOOK_BATCH_ROWS: '700' },
        encoding: 'utf8',
      })
      if (ran.status !== 0) faults.push(`the disk could not be made: ${ran.stderr}`)
      else {
        const { readFileSync } = await import('node:fs')
        const read = (suffix) => readFileSync(`${kept}.${suffix}`, 'utf8').trim()
        const code = Number(read('code'))
        const failure = code === 0 ? undefined : JSON.parse(read('out')).error
        if (code !== 0 && !(code === 3 && /^LAKE_(TARGET_)?UNWRITABLE$/.test(failure.code)))
          faults.push(`on the full disk it ended with ${code}: ${read('out')}${read('err')}`)
        if (Number(read('code2')) !== 0) faults.push(`with room again it ended with ${read('code2')}: ${read('again')}`)
        const look = (state) =>
          target
            ? contentsOfTarget(join(`${kept}-${state}`, 'published'))
            : contentsOfLake(join(`${kept}-${state}`, 'lake'))
        const [before, after] = [await look('before'), await look('after')]
        const hashes = [world.states[target ? end : from === 'held' ? 'ab' : from].hash, world.states[end].hash]
        if (
          before.rows !== before.distinct ||
          !(
            hashes.includes(before.hash) ||
            (name === 'ingest' && before.rows >= world.states.a.rows) ||
            (target && before.rows === 0)
          )
        )
          faults.push(`on the full disk the state has ${before.rows} rows`)
        if (after.hash !== world.states[end].hash) faults.push(`with room again the state has ${after.rows} rows`)
        if (!target) {
          const { answer } = await cli.run(['lake', 'check', '--lake', join(`${kept}-after`, 'lake')])
          if (answer?.clean !== true) faults.push(`lake check: ${JSON.stringify(answer)}`)
        }
        results.push({
          name: `${name} on a disk with ${spare} KB of room`,
          faults,
          more: code === 0 ? ': it was enough' : `: ${failure.code}, the next run completes`,
        })
        continue
      }
      results.push({ name: `${name} on a disk with ${spare} KB of room`, faults, more: '' })
    }
  return results
}
