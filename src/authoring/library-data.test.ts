import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { listValues } from '../core/runbook/lists.ts'
import { analyze } from '../core/sql/compile.ts'
import type { RunbookFile } from './library.ts'
import { readLibraryData } from './library-data.ts'

const root = await mkdtemp(join(tmpdir(), 'trailbook-library-'))
afterAll(() => rm(root, { recursive: true, force: true }))

async function written(path: string, text: string): Promise<string> {
  const file = join(root, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
  return file
}

await written('lists/buckets.yaml', 'values: [shipped]\n')
await written('lists/roles.yaml', 'values: [shipped]\n')
await written('team/lists/roles.yaml', 'values: [team]\n')
const shipped = await written('main.yaml', '')
const team = await written('team/own.yaml', '')

const lists = { roles: ['configured'], more: ['configured'] }
const read = async (path: string) => {
  const file: RunbookFile = { path, root, found: true }
  const data = await readLibraryData(file, { lists, analyzeSql: analyze, show: (shown) => shown })
  return Object.fromEntries(Object.entries(data.lists).map(([name, table]) => [name, listValues(table)]))
}

test('a list of the configuration takes the place of the one that a library ships', async () => {
  expect(await read(shipped)).toEqual({ buckets: ['shipped'], roles: ['configured'], more: ['configured'] })
})

test('a list beside a runbook in a folder of its own counts before the configuration', async () => {
  expect(await read(team)).toEqual({ buckets: ['shipped'], roles: ['team'], more: ['configured'] })
})
