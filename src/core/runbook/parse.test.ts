import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type ParseOptions, parseRunbook } from './parse.ts'

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')

/** `line:column code`, and what a fix would replace. */
const brief = (text: string, options?: ParseOptions) =>
  parseRunbook(text, options).issues.map(({ at, code }) => `${at?.line}:${at?.column} ${code}`)

/** The first issue stands where the mark « is; codes are all there are, but for cases that these texts do not have. */
function expectAt(marked: string, codes: readonly string[]): void {
  const before = marked.slice(0, marked.indexOf('«'))
  const text = marked.replace('«', '')
  const issues = parseRunbook(text, { knownRunbooks: ['b'] }).issues.filter(
    (issue) => issue.code !== 'LINT_CASES_ONE_SIDED',
  )
  expect(issues.map((issue) => issue.code)).toEqual(codes)
  expect(`${issues[0]?.at?.line}:${issues[0]?.at?.column}`).toBe(
    `${before.split('\n').length}:${before.length - before.lastIndexOf('\n')}`,
  )
}

const runbook = (steps: string, head = '', cases = '  - { name: nothing happens, expect: { verdict: clear } }\n') =>
  `format: trailbook/v1\nid: x\ntitle: T\nneeds: [management:write]\n${head}steps:\n${steps}cases:\n${cases}`

const query = (sql: string, more = '') =>
  `  - id: q\n    why: w\n    expect: e\n    query: |\n${sql.replace(/^/gm, '      ')}\n${more}`

const changes = query('SELECT actor, recipientAccountId, eventID, eventName\nFROM cloudtrail_logs')

describe('parseRunbook', () => {
  it('reads the example of the documentation without an issue', () => {
    const { runbook: read, issues, queries } = parseRunbook(fixture('iam-policy-change.yaml'), { today: '2026-11-21' })
    expect(issues).toEqual([])
    expect(read?.steps.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
      'changes query',
      'origin trace',
      'allowed verify',
      'planned ask',
      'revoke action',
    ])
    expect(queries.get('changes')?.columns.map((column) => column.name)).toContain('target')
  })

  it('reports many different mistakes in one pass, each once and at its place', () => {
    const text = fixture('many-mistakes.yaml.txt')
    const { runbook: read, issues } = parseRunbook(text, { file: 'many.yaml' })
    expect(read).toBeUndefined()
    expect(issues.filter((issue) => issue.severity === 'warning')).toEqual([])
    expect(
      issues.map(({ at, code, message, hint }) => `${at?.line}:${at?.column} ${code}: ${message} ${hint}`),
    ).toMatchInlineSnapshot(`
      [
        "3:8 RUNBOOK_YAML_SYNTAX: The YAML cannot be read: a colon makes a new key here. Put the text in quotes, or check the indentation.",
        "4:1 RUNBOOK_UNKNOWN_KEY: There is no key severty here. Did you mean severity?",
        "5:11 RUNBOOK_WRONG_VALUE: severity cannot be "hihg". Did you mean high?",
        "9:36 RUNBOOK_PARAMETER_VALUE: The default of the parameter owner: 12345 is not an account id of 12 digits. It has the type account.",
        "10:18 RUNBOOK_WRONG_FORM: window is "7 days", which is not a duration such as 90s, 15m, 24h, 7d or 1d12h. Write a duration such as 90s, 15m, 24h, 7d or 1d12h.",
        "20:25 SQL_DOUBLE_QUOTED_STRING: The double-quoted "PutRolePolicy" is a name, and there is no column of that name. Text stands in single quotes: 'PutRolePolicy'.",
        "22:13 SQL_TYPE_MISMATCH: the comparison (=) of varchar and boolean. Trino refuses to mix them. readOnly, managementEvent and mfaAuthenticated are text: = 'true'.",
        "26:19 RUNBOOK_STEP_LATER: The step keys comes later. A step sees only earlier steps: move one of them.",
        "34:53 SQL_PARAMETER_UNKNOWN: There is no parameter :principl. Did you mean :principal?",
        "43:12 RUNBOOK_FINDING_ACCOUNT: The finding's key holds no account. Add recipientAccountId to the key, or a column whose name ends in account or accountId.",
        "44:18 CEL_UNKNOWN_FIELD: The expression names the field outcom, which is not there. Did you mean outcome?",
        "45:17 RUNBOOK_WRONG_FORM: severity is "{{ row.outcome == 'denied' ? 'low' : 'high' }", which is not a severity or one {{ CEL }}. Write a severity or one {{ CEL }}.",
        "47:9 RUNBOOK_STEP_DUPLICATE: Another step is called users (line 36). Give each step its own id.",
        "49:5 RUNBOOK_UNKNOWN_KEY: There is no key notfy here. Did you mean notify?",
        "54:35 CEL_SYNTAX: The expression cannot be read: Unexpected character: =. Compare with ==.",
        "61:89 RUNBOOK_CASE_EVENT: recipientAccountId of this event is a number. Put account ids in quotes.",
        "62:15 RUNBOOK_STEP_UNKNOWN: There is no step changs. Did you mean changes?",
        "63:11 RUNBOOK_CASE_DUPLICATE: Another case has this name (line 59). Say what is different about this one.",
        "64:33 RUNBOOK_COLUMN_UNKNOWN: The step users has no column actr. Did you mean actor?",
      ]
    `)
  })

  it('gives places that hold exactly the mistaken text', () => {
    const text = fixture('many-mistakes.yaml.txt')
    const lines = text.split('\n')
    const found = parseRunbook(text).issues.map(({ at }) =>
      at?.line === at?.endLine
        ? lines[(at?.line ?? 1) - 1]?.slice((at?.column ?? 1) - 1, (at?.endColumn ?? 1) - 1)
        : '(several lines)',
    )
    expect(found).toMatchInlineSnapshot(`
      [
        "Investigate: everything",
        "severty",
        "hihg",
        "12345",
        "7 days",
        ""PutRolePolicy"",
        "readOnly = false",
        "keys",
        ":principl",
        "[actor]",
        "outcom",
        ""{{ row.outcome == 'denied' ? 'low' : 'high' }"",
        "users",
        "notfy",
        "=",
        "111122223333",
        "changs",
        "it happens",
        "actr",
      ]
    `)
  })

  it.each<[name: string, text: string, ...codes: string[]]>([
    ['an empty file', '«', 'RUNBOOK_EMPTY'],
    ['a list', '«- a', 'RUNBOOK_WRONG_TYPE'],
    ['a second document', `${runbook(changes)}---\n«a: 1\n`, 'RUNBOOK_MANY_DOCUMENTS'],
    ['a key given twice', runbook(changes, '«title: again\n'), 'RUNBOOK_DUPLICATE_KEY'],
    ['a merge key', runbook(changes, 'reviewed: { «<<: 1, on: 2026-01-01, by: me }\n'), 'RUNBOOK_MERGE_KEY'],
    ['an alias inside its own anchor', runbook(changes, 'tags: &a [«*a]\n'), 'RUNBOOK_ALIAS'],
    ['an anchor that is not there', runbook(changes, 'owner: «*a\n'), 'RUNBOOK_ALIAS'],
    ['a quote that is not closed', runbook('  - id: z\n    why: «"unclosed\n    notify: sec\n'), 'RUNBOOK_YAML_SYNTAX'],
    [
      'a bracket that is not closed',
      runbook('  - id: z\n    notify: «[sec\n  - { id: y, notify: a }\n'),
      'RUNBOOK_YAML_SYNTAX',
    ],
    ['a key without a colon', runbook('  - id: z\n    «notify sec\n  - { id: y, notify: a }\n'), 'RUNBOOK_YAML_SYNTAX'],
    ['a tab as indentation', runbook('  - id: z\n«\twhy: tab\n    notify: sec\n'), 'RUNBOOK_YAML_SYNTAX'],
    ['a wrong indentation', runbook('  - id: z\n    notify: a\n     «why: b\n'), 'RUNBOOK_YAML_SYNTAX'],
    ['a colon in plain text', runbook('  - id: z\n    why: «Because: so\n    notify: a\n'), 'RUNBOOK_YAML_SYNTAX'],
    [
      'a template without quotes',
      runbook('  - { id: z, notify: { channel: a, message: «{{ run.now }} } }\n'),
      'RUNBOOK_BARE_TEMPLATE',
    ],
    [
      'text after such a template',
      runbook('  - id: z\n    why: «{{ run.now }} a\n    notify: a\n'),
      'RUNBOOK_YAML_SYNTAX',
    ],
    ['a tag', runbook('  - id: z\n    notify: «!x a\n'), 'RUNBOOK_YAML_SYNTAX'],
  ])('goes on after %s and says it once', (_, text, ...codes) => expectAt(text, codes))

  it('refuses aliases that multiply', () => {
    const rows = Array.from(
      { length: 9 },
      (_, index) => `  - &r${index + 1} [${Array(9).fill(`*r${index}`).join(', ')}]`,
    )
    const text = `tags:\n  - &r0 [a]\n${rows.join('\n')}\n`
    expect(parseRunbook(text).issues.map((issue) => issue.code)).toContain('RUNBOOK_ALIAS')
  })

  const p = 'parameters: { p: { type: string, optional: true } }\n'

  it.each<[name: string, text: string, ...codes: string[]]>([
    [
      'a missing key',
      '«format: trailbook/v1\nid: x\nsteps:\n  - { id: z, notify: a }\ncases: [{ name: a, expect: { findings: 0 } }]\n',
      'RUNBOOK_MISSING_KEY',
    ],
    [
      'a misspelt required key',
      runbook(`${changes}  - { id: z, each: { «row: q, by: [actor] }, notify: a }\n`),
      'RUNBOOK_UNKNOWN_KEY',
    ],
    ['a number where text is needed', runbook(changes, 'owner: «3.0\n'), 'RUNBOOK_WRONG_TYPE'],
    ['a list where text or a map is needed', runbook('  - { id: z, notify: «[a] }\n'), 'RUNBOOK_WRONG_TYPE'],
    ['two kinds in one step', runbook('  - { id: z, notify: a, «run: b }\n'), 'RUNBOOK_STEP_KINDS'],
    ['a step without a kind', runbook('  - «id: z\n'), 'RUNBOOK_STEP_KIND_MISSING'],
    ['no steps', 'format: trailbook/v1\nid: x\ntitle: T\nsteps: «[]\n', 'RUNBOOK_TOO_SMALL'],
    ['a reserved step id', runbook('  - { id: «findings, notify: a }\n'), 'RUNBOOK_RESERVED_NAME'],
    [
      'a reserved parameter',
      runbook(changes, 'parameters: { «window_to: { type: timestamp, optional: true } }\n'),
      'RUNBOOK_RESERVED_NAME',
      'LINT_UNUSED_PARAMETER',
    ],
    ['an unused parameter', runbook(changes, p.replace('p:', '«p:')), 'LINT_UNUSED_PARAMETER'],
    ['a window and a period', runbook(changes, 'scope: { window: 7d, «period: week }\n'), 'RUNBOOK_SCOPE'],
    [
      'each of an unknown column',
      runbook(`${changes}  - { id: z, each: { rows: q, by: [«actr] }, notify: a }\n`),
      'RUNBOOK_COLUMN_UNKNOWN',
    ],
    [
      'each of an unknown step',
      runbook(`${changes}  - { id: z, each: { rows: «qq, by: [actr] }, notify: a }\n`),
      'RUNBOOK_STEP_UNKNOWN',
    ],
    [
      'each of itself',
      runbook(`${changes}  - { id: z, each: { rows: «z, by: [actr] }, notify: a }\n`),
      'RUNBOOK_STEP_LATER',
    ],
    [
      'a target that is no column',
      runbook(`${changes}  - { id: z, each: { rows: q, by: [actor] }, action: iam.x, target: «actr }\n`),
      'RUNBOOK_COLUMN_UNKNOWN',
    ],
    ['a target without rows', runbook('  - { id: z, action: iam.x, target: «actor }\n'), 'RUNBOOK_TARGET'],
    [
      'a target that is no parameter',
      runbook('  - { id: z, action: iam.x, target: «params.key }\n'),
      'RUNBOOK_PARAMETER_UNKNOWN',
    ],
    [
      'a target put together as text',
      runbook('  - { id: z, action: iam.x, target: «"{{ params.key }}" }\n'),
      'RUNBOOK_WRONG_FORM',
    ],
    ['a trace from two places', runbook('  - { id: z, «trace: { event: a, actor: b } }\n'), 'RUNBOOK_TRACE'],
    ['a choice without options', runbook('  - { id: z, «ask: { type: choice, question: a } }\n'), 'RUNBOOK_ASK'],
    ['an unknown runbook', runbook('  - { id: z, run: «bb }\n'), 'RUNBOOK_UNKNOWN'],
    [
      'a watch of no query',
      runbook('  - { id: z, notify: a }\n  - { id: y, watch: { step: «z, for: 1h } }\n'),
      'RUNBOOK_STEP_UNFIT',
    ],
    [
      'an undeclared parameter',
      runbook(query('SELECT actor FROM cloudtrail_logs WHERE actor = «:who')),
      'SQL_PARAMETER_UNKNOWN',
    ],
    [
      'a value that the query does not use',
      runbook(query('SELECT actor FROM cloudtrail_logs', '    with: { «keys: [a] }\n')),
      'RUNBOOK_WITH_UNUSED',
    ],
    [
      'a value that hides a parameter',
      runbook(query('SELECT actor FROM cloudtrail_logs WHERE actor = :p', '    with: { «p: a }\n'), p),
      'RUNBOOK_WITH_DECLARED',
    ],
    [
      'a list where one value is needed',
      runbook(query('SELECT actor FROM cloudtrail_logs WHERE actor = «:k', '    with: { k: [a] }\n')),
      'SQL_LIST_PARAMETER',
    ],
    [
      'a mistake in a folded text',
      runbook(
        '  - { id: q, why: w, expect: e, query: "SELECT actor\n      FROM cloudtrail_logs WHERE «readOnly = true" }\n',
      ),
      'SQL_TYPE_MISMATCH',
    ],
    [
      'a finding without a key',
      runbook(query('SELECT eventID FROM cloudtrail_logs', '    «finding: { per: row }\n')),
      'RUNBOOK_FINDING_KEY',
    ],
    [
      'a finding per step with a key',
      runbook(query('SELECT eventID FROM cloudtrail_logs', '    finding: { per: step, «key: [eventID] }\n')),
      'RUNBOOK_FINDING_KEY',
    ],
    [
      'a finding without events',
      runbook(query('SELECT recipientAccountId FROM cloudtrail_logs', '    «finding: { key: [recipientAccountId] }\n')),
      'RUNBOOK_FINDING_EVENTS',
    ],
    [
      'a finding key without an account',
      runbook(query('SELECT eventID FROM cloudtrail_logs', '    finding: { key: «[eventID] }\n')),
      'RUNBOOK_FINDING_ACCOUNT',
    ],
    ['a condition that is none', runbook('  - { id: z, when: "«run.now", notify: a }\n'), 'CEL_NOT_CONDITION'],
    [
      'an unknown name in CEL',
      runbook("  - { id: z, when: \"run.now == '' && «actor == 'x'\", notify: a }\n"),
      'CEL_UNKNOWN_NAME',
    ],
    [
      'an unknown field in a template',
      runbook(
        `${changes}  - { id: z, each: { rows: q, by: [actor] }, notify: { channel: a, message: "Hi {{ row.«actr }}" } }\n`,
      ),
      'CEL_UNKNOWN_FIELD',
    ],
    [
      'text compared with a number in CEL',
      runbook(`${changes}  - { id: z, each: { rows: q, by: [actor] }, when: "«row.actor > 3", notify: a }\n`),
      'CEL_TYPE',
    ],
    [
      'a pattern that RE2 has not',
      runbook('  - { id: z, when: "run.now.matches(«\'(?=a)\')", notify: a }\n'),
      'CEL_PATTERN',
    ],
    [
      'a default of another type',
      runbook(
        query('SELECT actor FROM cloudtrail_logs WHERE actor = :p'),
        'parameters: { p: { type: ip, default: «300.1.1.1 } }\n',
      ),
      'RUNBOOK_PARAMETER_VALUE',
    ],
    [
      'a trigger for no parameter',
      runbook(changes, 'triggers: [{ from: guardduty, parameters: { «p: "{{ alert.x }}" } }]\n'),
      'RUNBOOK_PARAMETER_UNKNOWN',
    ],
    [
      'an escalation over an unknown field',
      runbook(changes, 'escalate: [{ when: "findings.exists(f, f.«sevrity == \'x\')", notify: a }]\n'),
      'CEL_UNKNOWN_FIELD',
    ],
  ])('reports %s', (_, text, ...codes) => expectAt(text, codes))

  it.each<[name: string, text: string, ...codes: string[]]>([
    ['an unknown step', '{ name: a, expect: { «p: { rows: 1 } } }', 'RUNBOOK_STEP_UNKNOWN'],
    ['an unknown column', '{ name: a, expect: { q: { rows: [{ «actr: x }] } } }', 'RUNBOOK_COLUMN_UNKNOWN'],
    [
      'an unknown parameter',
      '{ name: a, parameters: { «p: 1 }, expect: { findings: 0 } }',
      'RUNBOOK_PARAMETER_UNKNOWN',
    ],
    ['nothing expected', '{ name: a, «expect: {} }', 'LINT_CASE_EXPECTS_NOTHING'],
    ['a field with a slip', '{ name: a, given: [{ «eventname: x }], expect: { findings: 0 } }', 'LINT_EVENT_KEY'],
    [
      'an account id that is a number',
      '{ name: a, given: [{ userIdentity: { accountId: «111122223333 } }], expect: { findings: 0 } }',
      'RUNBOOK_CASE_EVENT',
    ],
    ['every without repeat', '{ name: a, given: [{ «every: 1m }], expect: { findings: 0 } }', 'RUNBOOK_CASE_EVENT'],
    ['an answer to a query', '{ name: a, answers: { «q: x }, expect: { findings: 0 } }', 'RUNBOOK_STEP_UNFIT'],
    ['an undeclared list', '{ name: a, lists: { «l: [x] }, expect: { findings: 0 } }', 'RUNBOOK_LIST_UNKNOWN'],
    [
      'parameters of a denied IAM call',
      '{ name: a, given: [{ eventSource: iam.amazonaws.com, errorCode: AccessDenied, «requestParameters: { a: b } }], expect: { findings: 0 } }',
      'LINT_CASE_DENIED_PARAMETERS',
    ],
  ])('reports in a case: %s', (_, text, ...codes) => expectAt(runbook(changes, '', `  - ${text}\n`), codes))

  it.each([
    ["errorCode = 'AccessDenied' alone", "errorCode = 'AccessDenied'", ['LINT_DENIED_CODE']],
    ['more codes than AccessDenied', "(errorCode = 'AccessDenied' OR errorCode LIKE '%UnauthorizedOperation')", []],
    ['a comment about it', "outcome = 'denied' -- not errorCode = 'AccessDenied'", []],
    ['a failed sign-in by errorCode', "eventName = 'ConsoleLogin' AND errorCode IS NOT NULL", ['LINT_SIGN_IN_CODE']],
    ['a failed sign-in by outcome', "eventName = 'ConsoleLogin' AND outcome = 'failed'", []],
    ['a data event', "eventSource = 's3.amazonaws.com' AND eventName = 'GetObject'", ['LINT_DATA_EVENTS']],
    ['an event of that name elsewhere', "eventSource = 'logs.amazonaws.com' AND eventName = 'PutItem'", []],
  ])('knows the trap: %s', (_, where, codes) => {
    const { issues } = parseRunbook(runbook(query(`SELECT actor FROM cloudtrail_logs WHERE ${where}`)))
    expect(issues.map((issue) => issue.code)).toEqual(codes)
  })

  it('asks for a review when the last one is older than review_after', () => {
    const text = runbook(changes, 'reviewed: { on: 2026-01-01, by: me }\nreview_after: 30d\n')
    expect(brief(text, { today: '2026-01-31' })).toEqual([])
    expect(brief(text, { today: '2026-02-01' })).toEqual(['5:17 LINT_REVIEW_DUE'])
    expect(brief(text)).toEqual([])
  })

  it('checks declared lists against those of the library', () => {
    const text = runbook(
      query('SELECT actor FROM cloudtrail_logs WHERE actor IN (SELECT value FROM lists.admins)'),
      'uses: { lists: [admins] }\n',
    )
    const admins = { columns: [{ name: 'value', type: 'varchar' }], rows: [{ value: 'a' }] }
    expect(brief(text, { lists: { admins } })).toEqual([])
    expect(brief(text)).toEqual([])
    expect(brief(text, { lists: { admin: admins } })).toEqual(['5:17 RUNBOOK_LIST_UNKNOWN'])
  })

  it('does not take a list for there because a case gives it', () => {
    const text = runbook(
      query('SELECT actor FROM cloudtrail_logs WHERE actor IN (SELECT value FROM lists.adminz)'),
      'uses: { lists: [adminz] }\n',
      '  - { name: nothing happens, lists: { adminz: [a] }, expect: { verdict: clear } }\n',
    )
    const admins = { columns: [{ name: 'value', type: 'varchar' }], rows: [{ value: 'a' }] }
    const { issues } = parseRunbook(text, { lists: { admins } })
    expect(issues.map(({ code, hint }) => `${code} ${hint}`)).toEqual(['RUNBOOK_LIST_UNKNOWN Did you mean admins?'])
  })

  it('checks the titles of steps that are left to people: they are filled in', () => {
    const text = runbook(
      `${changes}  - id: stop\n    title: "Stop {{ row.actor in lists.rolse }}"\n    each: { rows: q, by: [actor] }\n    action: iam.revoke-role-sessions\n    target: actor\n`,
      'uses: { lists: [roles] }\n',
    )
    expect(parseRunbook(text).issues.map(({ code, hint }) => `${code} ${hint}`)).toContain(
      'CEL_UNKNOWN_FIELD Did you mean roles?',
    )
  })

  it.each([
    ['[{ id: "1", team: x }]', []],
    ['[{ id: "1" }]', []],
    ['[]', []],
    [
      '[{ id: "1", name: x }]',
      [
        'The list owners has the column name here, which does not fit the list that the queries read. Write entries with its columns: id varchar, team varchar, size bigint. What a case leaves out of them is NULL.',
      ],
    ],
    [
      '["1"]',
      [
        'The list owners holds plain values here, which does not fit the list that the queries read. Write entries with its columns: id varchar, team varchar, size bigint. What a case leaves out of them is NULL.',
      ],
    ],
    [
      '[{ id: "1", size: big }]',
      [
        'The list owners has texts in the column size here, which does not fit the list that the queries read. Write entries with its columns: id varchar, team varchar, size bigint. What a case leaves out of them is NULL.',
      ],
    ],
  ])('holds the lists of a case against the columns of the list: %s', (entries, problems) => {
    const text = runbook(
      query('SELECT actor FROM cloudtrail_logs WHERE actor IN (SELECT id FROM lists.owners)'),
      'uses: { lists: [owners] }\n',
      `  - { name: nothing happens, lists: { owners: ${entries} }, expect: { verdict: clear } }\n`,
    )
    const columns = ['id varchar', 'team varchar', 'size bigint'].map((column) => column.split(' ') as [string, string])
    const owners = { columns: columns.map(([name, type]) => ({ name, type })), rows: [{ id: 'a', team: 'b', size: 1 }] }
    const { issues } = parseRunbook(text, { lists: { owners } })
    expect(issues.map(({ message, hint }) => `${message} ${hint}`)).toEqual(problems)
  })

  it('yields a runbook when there are only warnings', () => {
    const { runbook: read, issues } = parseRunbook(
      'format: trailbook/v1\nid: x\ntitle: T\nsteps:\n  - { id: q, query: SELECT 1 AS one }\n',
    )
    expect(read?.steps[0]).toMatchObject({ kind: 'query', id: 'q', query: { sql: 'SELECT 1 AS one' } })
    expect(issues.map((issue) => issue.severity)).toEqual(['warning', 'warning', 'warning'])
  })
})
