import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, '..', name), 'utf8'))

interface Locked {
  readonly resolved?: string
  readonly license?: string
  readonly optionalDependencies?: Record<string, string>
}
const packages = read('package-lock.json').packages as Record<string, Locked>

describe('the lockfile', () => {
  it('holds every platform of every package, so that `npm ci` works and works everywhere', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`])
        .map((name) => `${path}: ${name}`),
    )
    expect(missing).toEqual([])
  })

  it('names the public registry alone', () => {
    const elsewhere = Object.values(packages).filter(
      ({ resolved }) => resolved && !resolved.startsWith('https://registry.npmjs.org/'),
    )
    expect(elsewhere).toEqual([])
  })

  it('holds permissive licences only', () => {
    const permissive =
      /^\(?(MIT|ISC|BSD-[23]-Clause|Apache-2\.0|0BSD|BlueOak-1\.0\.0|MPL-2\.0|CC0-1\.0|Python-2\.0)( (OR|AND) [\w.-]+)*\)?$/
    const others = Object.entries(packages).filter(
      ([path, { license }]) => path !== '' && license && !permissive.test(license),
    )
    expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([])
  })
})
