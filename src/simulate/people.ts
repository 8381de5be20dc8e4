/** People with office hours; most sign in through IAM Identity Center, a few are still IAM users. */
import type { Account } from './organisation.ts'
import { createRandom } from './random.ts'

export interface Person {
  readonly name: string
  readonly email: string
  /** Identity Center's user id. */
  readonly id: string
  /** Hours east of UTC. */
  readonly zone: number
  readonly office: string
  readonly home: string
  readonly agent: string
  readonly access: 'administrator' | 'powerUser' | 'readOnly'
  /** Accounts in which this person works. */
  readonly accounts: readonly string[]
}

const names = [
  'anna.berg',
  'bruno.costa',
  'chen.wei',
  'dana.fischer',
  'emeka.obi',
  'farah.aziz',
  'grace.hopkins',
  'henrik.solberg',
  'ines.moreau',
  'jonas.weber',
  'kavya.nair',
  'liam.byrne',
  'mira.kovac',
  'noah.carter',
  'olga.petrova',
  'pedro.alves',
  'quinn.archer',
  'rosa.marino',
  'samir.haddad',
  'tessa.vries',
  'umar.khan',
  'vera.novak',
  'wanjiru.kamau',
  'yuki.tanaka',
] as const

const offices = [
  { zone: 1, address: '203.0.113.10' },
  { zone: -5, address: '203.0.113.20' },
  { zone: 5.5, address: '203.0.113.30' },
] as const

export const browsers = [
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0',
] as const

export function peopleOf(accounts: readonly Account[]): Person[] {
  const count = 12 + 2 * accounts.length
  return Array.from({ length: count }, (_, index) => {
    const round = Math.floor(index / names.length)
    const name = `${names[index % names.length]}${round === 0 ? '' : round + 1}`
    const random = createRandom('person', name)
    const office = offices[index % 4 === 3 ? 1 : index % 5 === 4 ? 2 : 0]!
    const access = index % 6 === 0 ? 'administrator' : index % 3 === 1 ? 'readOnly' : 'powerUser'
    return {
      name,
      email: `${name}@example.com`,
      id: random.uuid(),
      zone: office.zone,
      office: office.address,
      home: `198.51.100.${(index % 190) + 5}`,
      agent: browsers[index % browsers.length]!,
      access,
      accounts: accounts.filter((account) => mayUse(account, access, random.next())).map(({ id }) => id),
    }
  })
}

/** Administrators go everywhere; the others to where their work is. */
function mayUse({ kind }: Account, access: Person['access'], chance: number): boolean {
  if (access === 'administrator') return true
  if (kind === 'management' || kind === 'security') return false
  if (kind === 'production') return access === 'readOnly'
  return chance < 0.7
}

/** How busy a person is at a time: office hours on weekdays, little in the evening, nothing at night. */
export function presence(person: Person, at: number): number {
  const local = new Date(at + person.zone * 3_600_000)
  const day = local.getUTCDay()
  const hour = local.getUTCHours() + local.getUTCMinutes() / 60
  if (day === 0 || day === 6) return hour > 10 && hour < 18 ? 0.02 : 0
  if (hour < 8 || hour >= 20) return 0
  if (hour >= 18) return 0.1
  return hour >= 12 && hour < 13 ? 0.5 : 1
}
