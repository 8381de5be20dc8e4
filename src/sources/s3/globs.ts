/**
 * A glob over a whole key as a regular expression: `*` and `?` stay within a folder, `**` does not, and all else stands
 * for itself. A glob without a slash is held against the last part of the key; one that ends in a slash means all below.
 */
export function globPattern(glob: string): RegExp {
  const body = glob.replace(/\/$/, '/**').replace(/\*\*\/?|[*?]|[^*?]+/g, (part) => {
    if (part === '**/') return '(?:.*/)?'
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    return part.replace(/[\\^$.+()|[\]{}]/g, '\\$&')
  })
  return new RegExp(`${glob.includes('/') ? '^' : '(?:^|/)'}${body}$`, 's')
}
