/** JSON with numbers in every form that it allows, and what reads them. */
import fc from 'fast-check'
import { form, type Part } from './random-form.ts'

const digits = (most: number): Part => fc.stringMatching(new RegExp(`^[0-9]{1,${most}}$`))

/** Zeros at the end of fractions, signs and zeros of exponents, more digits than a double has, what no double holds. */
const number: Part = fc.oneof(
  fc.constantFrom(
    '1.50',
    '1e2',
    '1E5',
    '1.0',
    '-0.0',
    '-0',
    '0',
    '-1',
    '1e7',
    '9999999.0',
    '12345678.9',
    '9e-4',
    '1e400',
  ),
  form('<sign><whole><fraction><exponent>', {
    sign: fc.constantFrom('', '', '-'),
    whole: fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9][0-9]{0,17}$/)),
    fraction: fc.oneof(
      fc.constant(''),
      digits(4).map((text) => `.${text}`),
      digits(19).map((text) => `.${text}`),
    ),
    exponent: fc.oneof(
      { weight: 3, arbitrary: fc.constant('') },
      {
        weight: 1,
        arbitrary: form('<e><n>', { e: fc.constantFrom('e', 'E', 'e-', 'E+', 'e+0', 'E-0'), n: digits(2) }),
      },
    ),
  }),
)
const inArray: Part = fc.oneof(
  number,
  fc.constantFrom('null', '2.5', '-2.5', '0.5', '7', 'true'),
  number.map((text) => `"${text}"`),
)

const documentOfNumbers: Part = fc.oneof(
  ...[
    `'{"a":{"b":[<n>,"<n>",null,<n>]},"c.d":<n>,"e f":<n>,"t":"2026-01-05"}'`,
    `'{ "a" : <n> , "e f" : "😀 \\"<n>", "c.d" : [ <n>,<n> ] }'`,
    `'[{"a":<n>},[2,<n>],"<n>",null,<n>]'`,
    `'{"a":{"b":{"c":{"d":<n>}}},"é":<n>}'`,
    `'<n>'`,
  ].map((text) => form(text, { n: number })),
)
const plainDocument: Part = fc.constantFrom(
  's',
  `'{"a":{"b":[1,"x",null,true]},"c.d":"dot","e f":1.5,"":"none","é":"😀"}'`,
  `'[{"a":1},[2,3],"t",null,100.0]'`,
  `'"text"'`,
  `'null'`,
  `'{"a":'`,
  `'{"a":{"b":{"c":{"d":"deep"}}},"a.b":"flat"}'`,
)

export const jsonParts: Readonly<Record<string, Part>> = {
  document: fc.oneof(documentOfNumbers, plainDocument),
  whole: fc.oneof(documentOfNumbers, fc.constantFrom(`'null'`, `'[]'`, `'{"a":{}}'`)),
  list: fc.array(inArray, { maxLength: 4 }).map((items) => `'[${items.join(', ')}]'`),
  members: fc
    .uniqueArray(fc.constantFrom('a', 'b', 'é', ''), { maxLength: 3 })
    .chain((names) => fc.tuple(...names.map((name) => inArray.map((value) => `"${name}":${value}`))))
    .map((members) => `'{${members.join(',')}}'`),
  element: fc.constantFrom('varchar', 'json', 'bigint', 'integer', 'double'),
  path: fc.constantFrom(
    ...["'$'", "'$.a'", "'$.a.b'", "'$.a.b[0]'", "'$.a.b[3]'", "'$.a.b[9]'", "'$[0].a'", "'$[1][1]'", "'$[4]'"],
    ...[`'$["c.d"]'`, `'$["e f"]'`, `'$["é"]'`, "'$.a.b.c.d'", `'$["a"]["b"]'`],
  ),
}

export const overJson: readonly string[] = [
  'SELECT k, json_extract_scalar(<document>, <path>) AS x, json_array_length(<document>) AS l FROM T',
  'SELECT k, json_format(json_extract(<document>, <path>)) AS x, json_size(<document>, <path>) AS z FROM T',
  'SELECT k, json_extract_scalar(json_extract(<document>, <path>), <path>) AS x, json_extract(<document>, <path>) AS j, json_extract(<document>, <path>) IS NULL AS n FROM T',
  "SELECT k, json_extract_scalar(json_parse(<whole>), <path>) AS x, json_extract_scalar(json_extract(json_parse(<whole>), <path>), '$') AS y, json_parse(<whole>) AS j FROM T",
  "SELECT x, count(*) AS n FROM (SELECT json_extract_scalar(concat(<document>, ''), <path>) AS x FROM T WHERE <boolean>) AS q GROUP BY 1",
  'SELECT k, CAST(json_extract(<whole>, <path>) AS varchar) AS x FROM T',
  "SELECT k, CAST(json_extract(<list>, '$') AS array(<element>)) AS x, CAST(json_extract(<members>, '$') AS map(varchar, <element>)) AS y FROM T",
  "SELECT k, json_extract_scalar(u, '$') AS x, u IS NULL AS n FROM T CROSS JOIN (VALUES <list>, <list>) AS v(d) CROSS JOIN UNNEST(CAST(json_parse(d) AS array(json))) AS w(u)",
  "SELECT k, m, json_extract_scalar(u, '$') AS x FROM T CROSS JOIN UNNEST(CAST(json_extract(<members>, '$') AS map(varchar, json))) AS w(m, u)",
]
