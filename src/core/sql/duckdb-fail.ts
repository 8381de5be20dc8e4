/** An error inside a macro: a cast that cannot succeed, since DuckDB's `error()` is volatile and cannot stand inside TRY. */
export const fail = (message: string): string => `CAST('trino: ${message}' AS BIGINT)`
