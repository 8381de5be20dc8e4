/** What columns ask of their values, where a wrong one makes a record odd. */

/** `1`, or `1.` and digits. */
export function isVersion(text: usize, bytes: u32): bool {
  if (bytes == 0 || load<u8>(text) != 49) return false
  if (bytes == 1) return true
  if (bytes == 2 || load<u8>(text + 1) != 46) return false
  for (let i: u32 = 2; i < bytes; i++) if (load<u8>(text + i) < 48 || load<u8>(text + i) > 57) return false
  return true
}

/** "Aggregated", or what may be "AwsAggregatedEvent". */
export function isAggregated(text: usize, bytes: u32): bool {
  return (
    (bytes == 10 && load<u64>(text) == 0x7461676572676741 && load<u16>(text + 8) == 0x6465) ||
    (bytes == 18 && load<u64>(text) == 0x6572676741737741)
  )
}

@inline
function digits(at: usize, many: u32): i32 {
  let value: i32 = 0
  for (let i: u32 = 0; i < many; i++) {
    const digit = <i32>load<u8>(at + i) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

/** Seconds since 1970 of `YYYY-MM-DDThh:mm:ssZ` and of nothing else, -1. */
export function secondsOf(text: usize, bytes: u32): f64 {
  if (bytes != 20) return -1
  const year = digits(text, 4)
  const month = digits(text + 5, 2)
  const day = digits(text + 8, 2)
  const hour = digits(text + 11, 2)
  const minute = digits(text + 14, 2)
  const second = digits(text + 17, 2)
  if (load<u8>(text + 4) != 45 || load<u8>(text + 7) != 45 || load<u8>(text + 10) != 84) return -1
  if (load<u8>(text + 13) != 58 || load<u8>(text + 16) != 58 || load<u8>(text + 19) != 90) return -1
  if (year < 1970 || month < 1 || month > 12 || day < 1) return -1
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return -1
  const leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
  const longest = month == 2 ? (leap ? 29 : 28) : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
  if (day > longest) return -1
  if (year == 9999 && month == 12 && day == 31) return -1
  // Howard Hinnant, "chrono-compatible low-level date algorithms".
  const y = month <= 2 ? year - 1 : year
  const era = y / 400
  const yearOfEra = y - era * 400
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
  const dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
  const days = era * 146097 + dayOfEra - 719468
  return <f64>days * 86400 + <f64>(hour * 3600 + minute * 60 + second)
}
