/** Narrower than this cannot be laid out, wider is hard to read. */
const narrowest = 40
const widest = 160
const usual = 80

/** Columns to write for: those that `COLUMNS` asks for, else the terminal's. */
export function columnsFor(
  stream: { readonly columns?: number },
  env: Readonly<Record<string, string | undefined>> = {},
): number {
  const asked = /^\d{1,6}$/.test(env.COLUMNS ?? '') ? Number(env.COLUMNS) : 0
  return Math.min(widest, Math.max(narrowest, asked || stream.columns || usual))
}
