import accessors from '@duckdb/node-api/lib/vectors/dataAccessors.js'

/**
 * The node client decodes text with a decoder that takes U+FEFF at the start of a cell for a byte order mark and drops it
 * (seen in 1.5.5-r.5): a value that an attacker chose then differs from the log without a trace. The client has no setting for
 * this, but looks its decoder up at each cell. A test in open.test.ts fails should that change.
 */
export function keepByteOrderMarks(): void {
  if (accessors.textDecoder.ignoreBOM) return
  Object.assign(accessors, { textDecoder: new TextDecoder('utf-8', { ignoreBOM: true }) })
}
