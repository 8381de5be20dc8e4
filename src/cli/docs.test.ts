import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { exitCodes } from '../core/errors.ts'
import { commands } from './commands.ts'
import { configKeys } from './config.ts'
import { parseArguments } from './program.ts'

const path = new URL('../../docs/cli.md', import.meta.url).pathname
const block = /(```console\n\$ trailbook( [\w-]+)? --help\n)[\s\S]*?```/g

/** The page with the help as it is now; `vitest -u` writes it. */
async function refreshed(page: string): Promise<string> {
  let result = page
  for (const [whole, head = '', name = ''] of page.matchAll(block)) {
    const help = await parseArguments([...name.trim().split(' ').filter(Boolean), '--help'])
    if (help.kind !== 'print') throw new Error(`${name} has no help`)
    result = result.replace(whole, () => `${head}${help.text.trimEnd()}\n\`\`\``)
  }
  return result
}

test('docs/cli.md shows the help of every command as it is', async () => {
  const page = await readFile(path, 'utf8')
  const shown = [...page.matchAll(block)].map((match) => (match[2] ?? '').trim())
  expect(shown).toEqual(['', ...commands.map((command) => command.name)])
  await expect(await refreshed(page)).toMatchFileSnapshot(path)
})

test('docs/cli.md names every exit code, configuration key and kind of machine output', async () => {
  const page = await readFile(path, 'utf8')
  const codes = [...page.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]))
  expect(codes).toEqual(Object.values(exitCodes))
  for (const key of configKeys) expect(page).toContain(`| \`${key}\` |`)
  for (const command of commands) expect(page).toMatch(new RegExp(`^\\| .*\`${command.name}\`.* \\| \`\\{ schema`, 'm'))
})
