// Baseline: what DuckDB does by itself. usage: node plain-duckdb.mjs <folder of logs> <out.parquet>
import { DuckDBInstance } from '@duckdb/node-api'

const [, , logs, out] = process.argv
const instance = await DuckDBInstance.create(':memory:', {
  threads: '2',
  memory_limit: '4GB',
  preserve_insertion_order: 'false',
})
const connection = await instance.connect()
const text = ['requestParameters', 'responseElements', 'additionalEventData', 'serviceEventDetails', 'resources']
const plain = [
  'eventVersion',
  'eventTime',
  'eventSource',
  'eventName',
  'awsRegion',
  'sourceIPAddress',
  'userAgent',
  'errorCode',
  'errorMessage',
  'requestID',
  'eventID',
  'readOnly',
  'eventType',
  'recipientAccountId',
]
const record = `STRUCT(${[...plain.map((name) => `${name} VARCHAR`), ...text.map((name) => `${name} JSON`), 'userIdentity JSON'].join(', ')})`
await connection.run(`COPY (SELECT unnest(r, max_depth := 1) FROM (
    SELECT unnest(Records) AS r FROM read_json('${logs}/**/*.json.gz', columns = {Records: '${record}[]'}, maximum_object_size = 134217728))
  ) TO '${out}' (FORMAT parquet, COMPRESSION zstd)`)
