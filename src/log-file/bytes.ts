/** Bytes in words, for messages. */
export const shown = (byte: number): string =>
  byte >= 0x20 && byte < 0x7f
    ? JSON.stringify(String.fromCharCode(byte))
    : `byte 0x${byte.toString(16).padStart(2, '0')}`

/** Why a file that begins so is no JSON. */
export function describeStart(byte: number): string {
  if (byte === 0xff || byte === 0xfe) return 'it looks like UTF-16; save it as UTF-8'
  if (byte === 0x1f) return 'it looks like gzip within gzip'
  if (byte === 0x3c) return 'it looks like HTML or XML'
  return `it begins with ${shown(byte)}`
}
