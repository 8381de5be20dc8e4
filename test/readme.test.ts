import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
/** The demo takes half a minute; test/real/demo.real.mjs holds it against the README. */
const blocks = [...readme.matchAll(/```console\n\$ npx trailbook (.*)\n([\s\S]*?)```/g)]
  .map((m) => ({
    command: m[1]!,
    output: m[2]!,
  }))
  .filter(({ command }) => command !== 'demo')

/** When the answer was given. */
const anyTime = (text: string): string => text.replaceAll(/as of\s+[\d:TZ-]+/g, 'as of now')

async function outputOf(command: string): Promise<string> {
  const failed = (error: { stdout?: string }) => ({ stdout: error.stdout ?? '' })
  const args = [join(root, 'dist/cli.js'), ...command.split(' ')]
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', COLUMNS: '80' },
  }).catch(failed)
  return stdout
}

describe('the README', () => {
  it('shows at least one command with its output', () => expect(blocks.length).toBeGreaterThan(0))

  it.each(blocks)('shows what "trailbook $command" really prints', async ({ command, output }) => {
    const shown = anyTime(output.replace(/…\n$/, ''))
    expect(anyTime(await outputOf(command)).slice(0, shown.length)).toBe(shown)
  })

  it('names every shipped runbook', () => {
    const listed = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).files
    expect(listed).toContain('runbooks')
    const ids = readdirSync(join(root, 'runbooks')).filter((name) => name.endsWith('.yaml'))
    expect(ids.length).toBeGreaterThan(15)
    for (const name of ids) expect(readme).toContain(`\`${name.replace('.yaml', '')}\``)
  })
})
