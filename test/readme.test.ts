import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const blocks = [...readme.matchAll(/```console\n\$ npx trailbook (.*)\n([\s\S]*?)```/g)].map((m) => ({
  command: m[1]!,
  output: m[2]!,
}))

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
    const shown = output.replace(/…\n$/, '')
    expect((await outputOf(command)).slice(0, shown.length)).toBe(shown)
  })

  it('names every shipped runbook', () => {
    const listed = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).files
    expect(listed).toContain('runbooks')
    for (const id of ['root-activity', 'iam-policy-change', 'console-login-guessing'])
      expect(readme).toContain(`\`${id}\``)
  })
})
