/** A string literal of DuckDB: it knows no escapes but the doubled quote. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A quoted name. */
export const named = (name: string): string => `"${name.replaceAll('"', '""')}"`
