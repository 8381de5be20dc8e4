/**
 * The one scheme of made-up identifiers: none can belong to anybody. docs/adr/0009-simulated-organisation.md lists it.
 *
 * Accounts are three digits, each written four times (111122223333), as AWS documents its examples. Keys and principals
 * end in EXAMPLE, resource ids in `e8a3b1e`, the nearest that hexadecimal digits come to it. Addresses are from RFC 5737,
 * RFC 3849 and RFC 1918; names from RFC 2606; buckets begin with `amzn-s3-demo-`, a prefix that AWS keeps for examples.
 */
import type { Random } from './random.ts'

/** The `index`th account id: 111122223333, 444455556666, 777788889999, … */
export function accountId(index: number): string {
  const id = documented[index]
  if (id !== undefined) return id
  const number = index - documented.length
  const [a, b, c] = combinations[number % combinations.length]!
  return block(a) + block(b) + block(c)
}

const block = (digit: number): string => String(digit).repeat(4)
const documented = ['111122223333', '444455556666', '777788889999', '222233334444', '555566667777', '888899990000']
/** Accounts outside of the organisation. */
export const vendorAccount = '999988887777'
export const attackerAccount = '666655554444'

const combinations: readonly (readonly [number, number, number])[] = (() => {
  const found: [number, number, number][] = []
  const taken = new Set([...documented, vendorAccount, attackerAccount])
  for (let a = 1; a < 10; a++)
    for (let b = 0; b < 10; b++)
      for (let c = 0; c < 10; c++)
        if (a !== b && b !== c && a !== c && !taken.has(block(a) + block(b) + block(c))) found.push([a, b, c])
  return found
})()

export const maxAccounts = documented.length + combinations.length

export const organizationId = 'o-exampleorg1'

export const longTermKey = (random: Random): string => `AKIA${random.base32(9)}EXAMPLE`
export const temporaryKey = (random: Random): string => `ASIA${random.base32(9)}EXAMPLE`
/** `AROA…` of a role, `AIDA…` of a user, `ANPA…` of a policy. */
export const principalId = (prefix: 'AROA' | 'AIDA' | 'ANPA', random: Random): string =>
  `${prefix}${random.base32(10)}EXAMPLE`
/** `i-0…`, `sg-0…`, `vol-0…` and so on: 17 hexadecimal digits. */
export const resourceId = (prefix: string, random: Random): string => `${prefix}-0${random.hex(9)}e8a3b1e`
export const bucketName = (purpose: string, account: string): string => `amzn-s3-demo-${purpose}-${account}`

/** Session tokens are opaque; this one says what it is. */
export const sessionToken = (random: Random): string => `IQoJb3JpZ2luX2VjEXAMPLETOKEN${random.base64(320)}`
