import { openS3Source } from '../../../src/sources/s3/open.ts'

const t0 = performance.now()
const { source, close } = await openS3Source({
  locations: process.argv.slice(2),
  aws: { concurrency: Number(process.env.C ?? 64) },
})
let files = 0,
  bytes = 0
let listed = 0
for await (const portion of source.list({})) {
  if (files === 0) listed = performance.now()
  source.expect?.(portion)
  for (const file of portion) {
    const { bytes: b } = await source.open(file)
    for await (const c of b) bytes += c.length
    files++
  }
}
const t = (performance.now() - t0) / 1000,
  f = (performance.now() - listed) / 1000
console.log(
  JSON.stringify({
    files,
    bytes,
    seconds: +t.toFixed(2),
    listSeconds: +((listed - t0) / 1000).toFixed(2),
    filesPerSecond: Math.round(files / f),
    cpu: process.cpuUsage(),
    rss: Math.round(process.memoryUsage().rss / 1e6),
  }),
)
close()
