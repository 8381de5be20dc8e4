// Reads a target of `lake publish` again and again, as another engine would, and says each state that it saw.
// usage: node reader.mjs <target>; ends with its standard input
import { setTimeout as sleep } from 'node:timers/promises'
import { contentsOfTarget } from './contents.mjs'

const [target] = process.argv.slice(2)
let over = false
process.stdin.on('end', () => (over = true)).resume()
while (!over) {
  let said
  try {
    const { rows, distinct, hash } = await contentsOfTarget(target)
    said = rows === 0 ? { empty: true } : { rows, distinct, hash }
  } catch (error) {
    said = { failed: error.message.split('\n')[0] }
  }
  process.stdout.write(`${JSON.stringify(said)}\n`)
  await sleep(20)
}
