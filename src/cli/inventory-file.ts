/** An inventory in a file of its own, as `trailbook collect inventory` writes it. */
import { type Inventory, inventoryFileSchema, inventoryOf } from '../core/run/inventory.ts'
import { reportSchemaIssues } from '../core/runbook/schema-issues.ts'
import { type KeyCheck, readConfigFile } from './config-file.ts'

const keys = Object.fromEntries(
  Object.entries(inventoryFileSchema.shape).map(([name, schema]): [string, KeyCheck] => [
    name,
    (value, { source, path }) => {
      const read = schema.safeParse(value)
      if (!read.success) reportSchemaIssues(source, { schema, value, base: path, findings: read.error.issues })
    },
  ]),
)

/** @throws TrailbookError CONFIG_*: the first mistake in the file; CLI_FILE_*; RUN_TIME for a day that there is not */
export async function readInventoryFile(path: string, cwd: string): Promise<Inventory> {
  const { values } = await readConfigFile(path, { keys, env: {}, cwd })
  return inventoryOf(inventoryFileSchema.parse(values))
}
