/** The bytes that JSON is made of; all are ASCII, and UTF-8 has none of them within another character. */
export const [quote, backslash, comma, colon, newline] = [0x22, 0x5c, 0x2c, 0x3a, 0x0a]
export const [openObject, closeObject, openArray, closeArray] = [0x7b, 0x7d, 0x5b, 0x5d]

export const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
export const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39

/** The first byte of an object, a text, a negative number, true, false or null. */
export const beginsValue = (byte: number): boolean =>
  byte === openObject || byte === quote || byte === 0x2d || byte === 0x74 || byte === 0x66 || byte === 0x6e

/** What stands behind a number, true, false or null, or cannot stand within one. */
export const endsScalar = (byte: number): boolean =>
  isSpace(byte) ||
  byte === comma ||
  byte === closeArray ||
  byte === closeObject ||
  byte === openObject ||
  byte === openArray
