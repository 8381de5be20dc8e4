import { type Published, publishedColumns } from '../../src/core/event/published.ts'

/** A snapshot of so many days, all in its own folders. */
export function publishedSnapshot(number: number, days: number, hasCoverage = false): Published {
  const id = `000000000${number}-abc${number}`
  return {
    schema: 'trailbook.published/v1',
    id,
    manifest: number,
    at: '2026-02-01T00:00:00Z',
    rows: days,
    bytes: days,
    columns: publishedColumns,
    days: Array.from({ length: days }, (_, at) => {
      const date = `2026-01-${String(at + 1).padStart(2, '0')}`
      return { date, folder: `snapshots/${id}/event_date=${date}`, rows: 1, bytes: 1, files: [] }
    }),
    ...(hasCoverage && {
      coverage: { folder: `snapshots/${id}/coverage`, name: `${id}.parquet`, rows: 1, bytes: 1, source: 's' },
    }),
  }
}
