import { all, type Case, whole } from './case.ts'
import { casesOfChains } from './cases-of-chains.ts'
import { casesOfHarm } from './cases-of-harm.ts'

export const cases: readonly Case[] = [...casesOfHarm, ...casesOfChains]

/** What the validator of the AWS CLI lets pass. */
export const fivePassed: readonly Case[] = [
  {
    name: 'a properly signed digest whose previousDigestSignature is false',
    make: () =>
      all(
        whole({
          before: (content, index) => {
            if (index === 2) content.previousDigestSignature = 'ab'.repeat(256)
          },
        }),
      ),
    expect: 'invalid',
    told: ['digest 03 previous-signature', 'log trail20 unproven', 'log trail21 unproven'],
  },
  {
    name: 'a log that no digest lists',
    make: () => {
      const chain = whole()
      return [...all(chain), { ...chain.logs[2]!, key: chain.logs[2]!.key.replace('trail10', 'planted') }]
    },
    expect: 'invalid',
    told: ['log planted unlisted'],
  },
  {
    name: 'a properly signed digest whose previousDigestHashValue is false',
    make: () =>
      all(
        whole({
          before: (content, index) => {
            if (index === 2) content.previousDigestHashValue = 'ab'.repeat(32)
          },
        }),
      ),
    expect: 'invalid',
    told: ['digest 03 previous-hash', 'log trail20 unproven', 'log trail21 unproven'],
  },
  {
    name: 'a changed log of a digest that failed itself',
    make: () => {
      const chain = whole()
      chain.digests[4]!.metadata = { signature: '00' }
      chain.logs[8]!.bytes = Buffer.from('{}')
      return all(chain)
    },
    expect: 'invalid',
    told: ['digest 05 signature', 'log trail40 changed', 'log trail41 unproven'],
    toldByLake: ['digest 05 signature', 'log trail40 unreadable', 'log trail41 unproven'],
  },
  {
    name: 'a gap of two hours',
    make: () => all(whole({ off: [1, 2] })),
    expect: 'invalid',
    told: ['gap 01-03 no-digest'],
  },
  {
    name: 'no digests at all',
    make: () => whole({ hours: 1 }).logs,
    expect: 'unknown',
    told: ['log trail00 undigested', 'log trail01 undigested'],
  },
]
