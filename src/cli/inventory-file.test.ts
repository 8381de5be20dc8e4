import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TrailbookError } from '../core/errors.ts'
import { loadConfig } from './config.ts'

let cwd = ''
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'trailbook-inventory-'))
  await writeFile(join(cwd, 'trailbook.yaml'), 'inventory: ./inventory.json\naccounts: { role: trailbook-reader }\n')
})
afterEach(() => rm(cwd, { recursive: true, force: true }))

const load = async (inventory?: object) => {
  if (inventory !== undefined) await writeFile(join(cwd, 'inventory.json'), JSON.stringify(inventory, null, 2))
  return loadConfig({ cwd, env: {}, globals: { lake: undefined, format: 'json', config: undefined, quiet: false } })
}

const refusal = async (inventory?: object) => {
  const { code, message } = (await load(inventory).catch((error: unknown) => error)) as TrailbookError
  return `${code} ${message}`
}

describe('an inventory in a file of its own', () => {
  it('is read from the folder of the configuration, with what collecting says about itself', async () => {
    const { inventory, accounts } = await load({
      schema: 'trailbook.inventory/v1',
      collected: {
        at: '2026-03-01T12:00:00Z',
        by: 'arn:aws:iam::111122223333:user/alice',
        suspended: ['444455556666'],
      },
      accounts: [{ id: '111122223333', regions: ['us-east-1'], from: '2026-01-01', unknown: 'denied' }],
      trails: [{ name: 'main', selectors: { eventSelectors: [{ ReadWriteType: 'All' }] } }],
    })
    expect(inventory?.accounts).toMatchObject([{ id: '111122223333', from: '2026-01-01T00:00:00Z', unknown: 'denied' }])
    expect(inventory?.trails[0]?.selectors).toEqual({ eventSelectors: [{ ReadWriteType: 'All' }] })
    expect(accounts).toEqual({ role: 'trailbook-reader' })
  })

  it.each([
    ['is not there', undefined, 'CLI_FILE_MISSING'],
    ['has a key that nobody knows', { acounts: [] }, 'CONFIG_UNKNOWN_KEY inventory.json has an unknown key "acounts".'],
    ['names an account wrongly', { accounts: [{ id: 'x' }] }, 'CONFIG_VALUE inventory.json is not right'],
    [
      'has no selectors where it says so',
      { trails: [{ name: 'main', selectors: { eventSelectors: [] } }] },
      'CONFIG_VALUE',
    ],
  ])('is refused with its place when it %s', async (_, inventory, wanted) => {
    expect(await refusal(inventory)).toContain(wanted)
  })
})
