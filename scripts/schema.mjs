/** Writes docs/schema/runbook.v1.json from the schema in src; a test fails when the file is stale. */
import { writeFileSync } from 'node:fs'
import { build } from 'esbuild'

const { outputFiles } = await build({
  entryPoints: ['src/core/runbook/schema.ts'],
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
})
const { runbookJsonSchema } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
)
writeFileSync('docs/schema/runbook.v1.json', `${JSON.stringify(runbookJsonSchema(), null, 2)}\n`)
