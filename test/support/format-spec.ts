/**
 * The specification in docs/format as data. A fenced block of YAML is a runbook, or the part of one that it is about; a block
 * whose fence names a file (```yaml lists/admins.yaml) lies beside the runbooks that follow on the page; one that is a runbook
 * itself sees all files of the page.
 *
 * What is wrong with a line stands below it: `# ^ error CODE: message`, `# ^ warning CODE: message`, in SQL with `--` (`-- #` in a head);
 * below the name of a case that fails: `# ^ fails: message`. Where nothing stands, nothing is wrong, and all cases pass.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../docs/format')

export interface Mark {
  /** `error` and `warning` are issues; `fails` is a case. */
  readonly kind: 'error' | 'warning' | 'fails'
  /** In the block, from 1: the line above. */
  readonly line: number
  readonly text: string
}

export interface SpecFile {
  readonly path: string
  readonly text: string
  readonly marks: readonly Mark[]
}

export interface Example {
  readonly page: string
  /** The heading it stands under, and the line of the page. */
  readonly heading: string
  readonly line: number
  readonly runbook: SpecFile
  readonly beside: readonly SpecFile[]
  /** It shows cases of its own. */
  readonly hasCases: boolean
}

export const pages = readdirSync(folder).filter((name) => name.endsWith('.md'))

export const pageText = (page: string): string => readFileSync(join(folder, page), 'utf8')

export function examplesOf(page: string): readonly Example[] {
  const text = pageText(page)
  const found: Example[] = []
  let beside: readonly SpecFile[] = []
  for (const match of text.matchAll(/^```(yaml|sql) ?([^\n]*)\n([\s\S]*?)^```/gm)) {
    const [, language, path = '', block = ''] = match
    // A part that is no runbook, such as the events of a case alone.
    if (path === 'part') continue
    const before = text.slice(0, match.index)
    if (path !== '') {
      const file = { path, text: block, marks: marksOf(block, 0) }
      beside = [...beside.filter((one) => one.path !== path), file]
      continue
    }
    if (language === 'sql') continue
    const completed = complete(block)
    found.push({
      page,
      heading: [...before.matchAll(/^#+ (?!\^)(.*)$/gm)].at(-1)?.[1] ?? '',
      line: before.split('\n').length,
      runbook: {
        path: `${/^id: *([\w-]+)/m.exec(completed.text)?.[1]}.yaml`,
        text: completed.text,
        marks: marksOf(completed.text, 0),
      },
      beside,
      hasCases: /^cases:/m.test(block),
    })
  }
  return [...found, ...beside.filter(isRunbook).map((runbook) => ({ ...named(page, text, runbook), beside }))]
}

export const isRunbook = ({ path }: SpecFile): boolean => /^[\w-]+\.yaml$/.test(path) && path !== 'exclusions.yaml'

const named = (page: string, text: string, runbook: SpecFile) => ({
  page,
  heading: runbook.path,
  line: text.slice(0, text.indexOf(`yaml ${runbook.path}\n`)).split('\n').length,
  runbook,
  hasCases: true,
})

/** Examples show the part they are about; what every runbook needs is put round it. */
function complete(block: string): { readonly text: string } {
  const lacks = (key: string) => !new RegExp(`^${key}:`, 'm').test(block)
  const head = ['format: trailbook/v1', 'id: example', 'title: Example', 'needs: [management:write]']
  const steps = '  - { id: known, title: Known, ask: { question: Was it planned? } }'
  return {
    text: [
      ...head.filter((line) => lacks(line.split(':')[0] as string)),
      block.trimEnd(),
      ...(lacks('steps') ? ['steps:', steps] : []),
      ...(lacks('cases') ? ['cases: [{ name: nothing happens, expect: { findings: [] } }]'] : []),
      '',
    ].join('\n'),
  }
}

const markPattern = /^\s*(?:#|--|-- #) \^ (?:(error|warning) ([A-Z_]+: .*)|(fails): (.*))$/

function marksOf(text: string, from: number): readonly Mark[] {
  const marks: Mark[] = []
  let last = from
  for (const [index, line] of text.split('\n').entries()) {
    const match = markPattern.exec(line)
    if (!match) last = index + 1
    else
      marks.push({
        kind: (match[1] ?? match[3]) as Mark['kind'],
        line: last,
        text: match[2] ?? match[4] ?? '',
      })
  }
  return marks
}
