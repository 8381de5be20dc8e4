/** MySQL format specifiers of date_format and date_parse, as far as strftime and strptime have an equal. */
const specifiers: Readonly<Record<string, string>> = {
  '%Y': '%Y',
  '%y': '%y',
  '%m': '%m',
  '%d': '%d',
  '%H': '%H',
  '%i': '%M',
  '%s': '%S',
  '%S': '%S',
  '%f': '%f',
  '%T': '%H:%M:%S',
  '%M': '%B',
  '%b': '%b',
  '%W': '%A',
  '%a': '%a',
  '%j': '%j',
  '%p': '%p',
  '%h': '%I',
  '%I': '%I',
  '%e': '%-d',
  '%c': '%-m',
  '%k': '%-H',
  '%l': '%-I',
  '%%': '%%',
}

/** The strftime form, or undefined where a specifier has no equal. */
export function strftimeFormat(format: string): string | undefined {
  let out = ''
  for (let at = 0; at < format.length; at++) {
    if (format[at] !== '%') {
      out += format[at]
      continue
    }
    const known = specifiers[format.slice(at, at + 2)]
    if (known === undefined) return undefined
    out += known
    at++
  }
  return out
}
