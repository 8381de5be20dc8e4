/** The WebAssembly module of the fast ingest (AssemblyScript): JSON of log files to dictionary codes to Parquet pages. */
export { setColumn } from './columns'
export {
  addRow, beginBatch, beginFile, codeOfText, codesOf, defineStruct, ended, filesAt, hashesAt,
  oddAt, oddCount, ordinalsAt, paused, prepare, prepared, readOn, records, refused, reserve, rows, setRoles, take, timesAt,
  truncate, valuesAt,
} from './records'
export { canonicalAt, canonicalEnds, canonicalRows } from './row-text'
export {
  dataAt, dataSize, dictionaryAt, dictionaryCount, dictionarySize, encode, gather, gatherLeaf, gatherRepeated, greatest, greatestBytes,
  hybrid, least, leastBytes, levelCount, releaseChunk, roomFor, rowsWithin, valueCount,
} from './pages'
export { entriesOf, nullOf, tableOf } from './dictionary'
export { position } from './memory'
