import { quoted } from './quote.ts'

/** Parquet files as one relation. Folder names such as `event_date=…` are not made into columns; `union` takes columns that only some have. */
export const readParquet = (
  paths: readonly string[],
  options: { readonly filename?: boolean; readonly union?: boolean } = {},
): string =>
  `read_parquet([${paths.map(quoted).join(', ')}], hive_partitioning = false${options.filename ? ', filename = true' : ''}${options.union ? ', union_by_name = true' : ''})`
