import fc from 'fast-check'
import { expect, test } from 'vitest'
import { factsOf } from '../../../test/support/deliveries.ts'
import { hour, isoTime, milliseconds, second } from '../time.ts'
import { deliveriesOf, seriesOf } from './coverage-hourly.ts'

const start = milliseconds('2026-01-08T00:00:00Z')
const event = fc.record({
  account: fc.constantFrom('111122223333', '444455556666'),
  region: fc.constantFrom('us-east-1', 'eu-west-1'),
  eventClass: fc.constantFrom('management:read', 'management:write', 'data:s3'),
  resource: fc.constantFrom(null, 'arn:aws:s3:::amzn-s3-demo-bucket'),
  at: fc.integer({ min: 0, max: 400_000 }),
})

test('deliveries counted by the hour are those of the events themselves', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 120 }), (events) => {
      const delivered = events.map(({ resource, at, ...one }) => ({
        ...one,
        ...(resource !== null && one.eventClass === 'data:s3' && { resource }),
        time: isoTime(start + at * second),
      }))
      const hours = delivered.flatMap(({ account, region, eventClass, time, ...one }) =>
        seriesOf(eventClass, 'resource' in one ? (one.resource as string) : null).map((name) => {
          const at = milliseconds(time)
          return { account, region, eventClass: name, first: at, last: at }
        }),
      )
      expect(deliveriesOf(hours)).toEqual(factsOf(delivered).deliveries)
    }),
    { numRuns: 300 },
  )
})

test('what lies beyond the hours counts by its bounds', () => {
  const place = { account: '111122223333', region: 'us-east-1' }
  const bounds = [
    { ...place, eventClass: 'management', first: start, last: start + 9 * hour },
    { ...place, eventClass: 'network', first: start, last: start },
  ]
  const hours = [{ ...place, eventClass: 'management', first: start + hour, last: start + 2 * hour - second }]
  expect(deliveriesOf(hours, bounds)).toEqual([
    {
      ...place,
      eventClass: 'management',
      first: isoTime(start),
      last: isoTime(start + 9 * hour),
      steps: 0,
      usual: 0,
      pauses: [],
    },
    { ...place, eventClass: 'network', first: isoTime(start), last: isoTime(start), steps: 0, usual: 0, pauses: [] },
  ])
})
