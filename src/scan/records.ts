/**
 * Reads `{"Records":[…]}` into rows of codes, a code for each column. A record that needs the careful reader is set aside
 * as odd; a file that does is refused as a whole.
 */
import { codeOf, emptyDictionaries, entryOf, flagsOf, newCode, newFlag, nullOf, oddFlag, prepareDictionaries, setFlags } from './dictionary'
import { prepareCanonical } from './canonical'
import { columnAt, columnCount, columnOf, prepareColumns } from './columns'
import { clearSurrogate, here, sawSurrogate, setAt, setRange, skipString, skipValue, wasEscaped } from './json'
import { allocate, freeBatch, keepForGood } from './memory'
import { addRowText, areRowTextsDue, beginRowTexts, forgetRowTexts, prepareRowTexts, setOwnColumns } from './row-text'
import { emptyStructs, prepareStructs, setStruct, shred } from './shred'
import { isAggregated, isVersion, secondsOf } from './values'

const textKind: u32 = 0
const structKind: u32 = 2

const asksNothing: u32 = 0
const asksTime: u32 = 1
const asksVersion: u32 = 2
const asksNotAggregated: u32 = 3

/** CloudTrail's own limit is 1 MB; src/log-file/read-log-file.ts refuses files with longer ones. */
const longestRecord: usize = 2 << 20

/** Of known names: those that tell a record, the time not among them. */
let recordColumns: u64 = 0
let timeColumn: u32 = 0
let recipientColumn: u32 = 0
let accountColumn: u32 = 0
let kindColumn: u32 = 0

let rowCapacity: u32 = 0
let codes: usize = 0
let files: usize = 0
let ordinals: usize = 0
let times: usize = 0
let hashes: usize = 0
let values: usize = 0
let odd: usize = 0
const mostOdd: u32 = 4096

export let rows: u32 = 0
/** Of the file that is being read. */
export let records: u32 = 0
export let oddCount: u32 = 0
let file: u32 = 0
let kindCode: u32 = 0
let envelopeCode: u32 = 0
let envelope: usize = 0
let envelopeBytes: u32 = 0

let input: usize = 0
let inputCapacity: usize = 0
let inputEnd: usize = 0

let accountOf: usize = 0
let accountOfCapacity: u32 = 0

export function prepare(many: u32, dictionaries: u32, structs: u32, nodes: u32, capacity: u32): usize {
  rowCapacity = capacity
  prepareColumns(many)
  values = allocate(many * 8)
  codes = allocate(many * capacity * 4)
  files = allocate(capacity * 4)
  ordinals = allocate(capacity * 4)
  times = allocate(capacity * 8)
  hashes = allocate(capacity * 16)
  odd = allocate(mostOdd * 12)
  prepareRowTexts(capacity)
  prepareCanonical()
  prepareDictionaries(dictionaries)
  return prepareStructs(structs, nodes)
}
export function take(bytes: u32): usize {
  return allocate(bytes)
}
export function setRoles(time: u32, recipient: u32, account: u32, kind: u32, recordMask: u64): void {
  timeColumn = time
  recipientColumn = recipient
  accountColumn = account
  kindColumn = kind
  recordColumns = recordMask
  setOwnColumns(account, kind)
}
export function defineStruct(s: u32, root: u32, flat: u32, group: u32): void {
  setStruct(s, root, flat, group)
}
export function prepared(): void {
  keepForGood()
}

/** A new batch: everything of the last one is gone. */
export function beginBatch(randomness: u32): void {
  freeBatch()
  rows = 0
  inputCapacity = 0
  forgetRowTexts()
  accountOfCapacity = 0
  emptyDictionaries(randomness)
  emptyStructs()
}
export function codesOf(c: u32): usize {
  return codes + c * rowCapacity * 4
}
export function filesAt(): usize {
  return files
}
export function ordinalsAt(): usize {
  return ordinals
}
export function timesAt(): usize {
  return times
}
export function hashesAt(): usize {
  return hashes
}
export function oddAt(): usize {
  return odd
}
export function valuesAt(): usize {
  return values
}
/** Takes back the rows from there on. */
export function truncate(to: u32): void {
  rows = to
}

/** Where the host may put the inflated bytes of a file. */
export function reserve(bytes: usize): usize {
  if (bytes + 64 > inputCapacity) {
    inputCapacity = bytes + (bytes >> 1) + 64
    input = allocate(inputCapacity)
  }
  return input
}

/**
 * Begins with the reserved bytes. @param kind code in its column; @param account code in its column, 0 for none, with its text and a
 * line break at `prefix`
 * @returns false where they do not begin as a delivered file does
 */
export function beginFile(bytes: u32, id: u32, kind: u32, account: u32, prefix: usize, prefixBytes: u32): bool {
  inputEnd = input + bytes
  store<u64>(inputEnd, 0)
  store<u64>(inputEnd + 8, 0)
  setRange(input, inputEnd)
  file = id
  kindCode = kind
  envelopeCode = account
  envelope = prefix
  envelopeBytes = prefixBytes
  records = 0
  if (!(load<u64>(input) == 0x64726f636552227b && load<u32>(input + 8) == 0x5b3a2273)) return false
  setAt(input + 12)
  if (load<u8>(here()) == 93) setAt(here() + 1)
  return true
}

export const refused: i32 = 0
export const ended: i32 = 1
export const paused: i32 = 2

/** Reads on until a pause is due: for room, for identities, for odd records. */
export function readOn(): i32 {
  beginRowTexts()
  oddCount = 0
  if (load<u8>(here() - 1) != 93) {
    for (;;) {
      if (rows >= rowCapacity || oddCount >= mostOdd) return paused
      if (areRowTextsDue()) return paused
      if (!record()) return refused
      const next = load<u8>(here())
      setAt(here() + 1)
      if (next == 93) break
      if (next != 44) return refused
    }
  }
  let at = here()
  if (load<u8>(at++) != 125) return refused
  while (at < inputEnd && (load<u8>(at) == 10 || load<u8>(at) == 13 || load<u8>(at) == 32 || load<u8>(at) == 9)) at++
  return at == inputEnd ? ended : refused
}

function record(): bool {
  const start = here()
  if (load<u8>(start) != 123) return false
  setAt(start + 1)
  if (load<u8>(here()) == 125) return false
  memory.fill(values, 0, columnCount * 8)
  clearSurrogate()
  let isOdd = false
  let known: u64 = 0
  let last: u32 = 63
  for (;;) {
    if (load<u8>(here()) != 34) return false
    const name = here() + 1
    if (!skipString()) return false
    const nameEnd = here() - 1
    let c: i32 = -1
    if (wasEscaped()) isOdd = true
    else {
      c = columnOf(name, <u32>(nameEnd - name), last)
      if (c < 0) isOdd = true
      else last = c
    }
    if (load<u8>(here()) != 58) return false
    setAt(here() + 1)
    const from = here()
    if (!skipValue(1)) return false
    if (c >= 0) {
      if (known & ((<u64>1) << c)) isOdd = true
      known |= (<u64>1) << c
      store<u32>(values + c * 8, <u32>from)
      store<u32>(values + c * 8 + 4, <u32>(here() - from))
    }
    const next = load<u8>(here())
    setAt(here() + 1)
    if (next == 125) break
    if (next != 44) return false
  }
  const end = here()
  if (end > inputEnd || end - start > longestRecord) return false
  // None of a record's names: an envelope perhaps, or something else.
  if ((known & (recordColumns | ((<u64>1) << timeColumn))) == 0) return false
  if (isOdd || (known & recordColumns) == 0 || sawSurrogate() || !enter()) {
    store<u32>(odd + oddCount * 12, <u32>start)
    store<u32>(odd + oddCount * 12 + 4, <u32>(end - start))
    store<u32>(odd + oddCount * 12 + 8, records)
    oddCount++
  } else {
    compose()
    store<u32>(files + rows * 4, file)
    store<u32>(ordinals + rows * 4, records)
    rows++
  }
  records++
  setAt(end)
  return true
}

/** The codes of the values of a row; false where one of them is odd. */
function enter(): bool {
  for (let c: u32 = 0; c < columnCount; c++) {
    const from = load<u32>(values + c * 8)
    const place = codes + (c * rowCapacity + rows) * 4
    if (from == 0) {
      store<u32>(place, 0)
      continue
    }
    const bytes = load<u32>(values + c * 8 + 4)
    const column = columnAt(c)
    if (load<u32>(column + 20)) {
      store<u32>(place, newCode(c, from, bytes))
      continue
    }
    const code = codeOf(c, from, bytes)
    store<u32>(place, code)
    const flags = flagsOf(c, code)
    if (flags & newFlag) {
      const good = look(column, c, code, false)
      setFlags(c, code, good ? 0 : oddFlag)
      if (!good) return false
    } else if (flags & oddFlag) return false
  }
  const time = load<u32>(codes + (timeColumn * rowCapacity + rows) * 4)
  if (time == 0 || time == nullOf(timeColumn)) return false
  store<f64>(times + rows * 8, timeOf(time))
  setAccount()
  store<u32>(codes + (kindColumn * rowCapacity + rows) * 4, kindCode)
  return true
}

/** A value that is new: what its column asks of it. */
function look(column: usize, c: u32, code: u32, trusted: bool): bool {
  const entry = entryOf(c, code)
  if (load<u32>(column + 8) == structKind)
    return shred(load<u32>(column + 12), code, load<u32>(entry), trusted)
  const asks = load<u32>(column + 16)
  if (asks == asksNothing || trusted) return true
  if (code == nullOf(c)) return true
  const text: usize = load<u32>(entry + 24)
  const bytes = load<u32>(entry + 28)
  const isString = load<u8>(load<u32>(entry)) == 34
  if (asks == asksTime) return isString && secondsOf(text, bytes) >= 0
  if (asks == asksVersion) return isVersion(text, bytes)
  return !isAggregated(text, bytes)
}

function timeOf(code: u32): f64 {
  const entry = entryOf(timeColumn, code)
  return secondsOf(load<u32>(entry + 24), load<u32>(entry + 28))
}

/** The account a row counts for: its own, else that of the envelope. */
function setAccount(): void {
  const recipient = load<u32>(codes + (recipientColumn * rowCapacity + rows) * 4)
  let account = envelopeCode
  if (recipient != 0 && recipient != nullOf(recipientColumn)) {
    if (recipient >= accountOfCapacity) {
      const capacity = max<u32>(recipient * 2, 256)
      const grown = allocate(capacity * 4)
      memory.fill(grown, 0, capacity * 4)
      memory.copy(grown, accountOf, accountOfCapacity * 4)
      accountOf = grown
      accountOfCapacity = capacity
    }
    account = load<u32>(accountOf + recipient * 4)
    if (account == 0) {
      const entry = entryOf(recipientColumn, recipient)
      account = codeOf(accountColumn, load<u32>(entry), load<u32>(entry + 4))
      store<u32>(accountOf + recipient * 4, account)
    }
  }
  store<u32>(codes + (accountColumn * rowCapacity + rows) * 4, account)
}

/** Of a record without an account of its own the one of the envelope is part of its identity. */
function compose(): void {
  const recipient = load<u32>(codes + (recipientColumn * rowCapacity + rows) * 4)
  const isNamed = envelopeCode != 0 && (recipient == 0 || recipient == nullOf(recipientColumn))
  addRowText(codes + rows * 4, rowCapacity * 4, envelope, isNamed ? envelopeBytes : 0)
}

/**
 * A row of the careful reader: its values stand in `valuesAt`, as JSON, and fit their columns; the time is given.
 * @returns false where no row has room
 */
export function addRow(id: u32, ordinal: u32, kind: u32, account: u32, seconds: f64): bool {
  if (rows >= rowCapacity) return false
  for (let c: u32 = 0; c < columnCount; c++) {
    const from = load<u32>(values + c * 8)
    const place = codes + (c * rowCapacity + rows) * 4
    if (from == 0) {
      store<u32>(place, 0)
      continue
    }
    const column = columnAt(c)
    const bytes = load<u32>(values + c * 8 + 4)
    const code = load<u32>(column + 20) ? newCode(c, from, bytes) : codeOf(c, from, bytes)
    store<u32>(place, code)
    const flags = flagsOf(c, code)
    if (flags == 0 || load<u32>(column + 20)) continue
    if (load<u32>(column + 8) == structKind) {
      // Odd where it stood in a log; here it fits.
      look(column, c, code, true)
      if (flags & newFlag) setFlags(c, code, 0)
    } else if (flags & newFlag) setFlags(c, code, look(column, c, code, false) ? 0 : oddFlag)
  }
  store<u32>(codes + (accountColumn * rowCapacity + rows) * 4, account)
  store<u32>(codes + (kindColumn * rowCapacity + rows) * 4, kind)
  store<f64>(times + rows * 8, seconds)
  store<u32>(files + rows * 4, id)
  store<u32>(ordinals + rows * 4, ordinal)
  rows++
  return true
}
/** The code of a value that the host put somewhere. */
export function codeOfText(c: u32, from: usize, bytes: u32): u32 {
  return codeOf(c, from, bytes)
}
