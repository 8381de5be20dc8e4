// Baseline: one SQL text typed into DuckDB over the Parquet of a lake. usage: node raw-query.mjs <lake> <file.sql>
import { readFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'

const [, , lake, file] = process.argv
const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
const connection = await instance.connect()
await connection.run(
  `CREATE VIEW cloudtrail_logs AS FROM read_parquet('${lake}/events/**/*.parquet', hive_partitioning = false)`,
)
const reader = await connection.runAndReadAll(readFileSync(file, 'utf8'))
console.log(JSON.stringify(reader.getRowsJson()).length)
