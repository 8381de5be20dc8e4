/**
 * How often an engine's text repeats a part of the query. Proven forms name an argument several times (`CASE WHEN a IS NULL …`),
 * so calls inside calls grow as a power; what would grow beyond reason is refused before it is printed.
 */
import { duckdbMacros } from '../duckdb-prelude.ts'
import type { Emission } from '../functions/spec.ts'
import type { Expression } from '../tree.ts'
import { types } from '../types.ts'
import { children } from '../visit.ts'
import { castRule } from './casts.ts'

export interface Growth {
  /** Nodes in the engine's text. */
  readonly nodes: number
  /** Times that the most repeated part stands there. */
  readonly times: number
}

/** DuckDB plans this much in well under a second. */
export const maxGrowth: Growth = { nodes: 300_000, times: 512 }

export const leaf: Growth = { nodes: 1, times: 1 }

/** For each parameter of a macro: how often its body, with the macros in it, names it. Of overloads the last counts. */
const macroGrowth = new Map<string, readonly number[]>()
for (const text of duckdbMacros) {
  const macro = text.replace(/'(?:[^']|'')*'/g, "''")
  const name = /^\w+/.exec(macro)![0]
  for (const [, parameters = '', body = ''] of macro.matchAll(/\(([a-z, ]*)\) AS \((.*?)\)(?=, \([a-z, ]*\) AS|$)/g))
    macroGrowth.set(
      name,
      parameters.split(', ').map((p) => (p === '' ? 1 : Math.max(1, timesNamed(body, p)))),
    )
}

/** How often a text without literals names something, once the macros are written out. */
function timesNamed(text: string, wanted: string): number {
  const open: { readonly growth: readonly number[]; argument: number }[] = []
  let times = 0
  for (const [token] of text.matchAll(/\$\*|\$\d+|\w+\(|\w+|[([,)\]]/g)) {
    if (/[([]$/.test(token)) open.push({ growth: macroGrowth.get(token.slice(0, -1)) ?? [], argument: 0 })
    else if (token === ',' && open.length > 0) open.at(-1)!.argument++
    else if (/[)\]]/.test(token)) open.pop()
    else if (token === wanted || token === '$*')
      times += open.reduce((product, { growth, argument }) => product * (growth[argument] ?? 1), 1)
  }
  return times
}

/** @param inner growth of a part, as found before */
export function growth(node: Expression, inner: (part: Expression) => Growth): Growth {
  const factorOf = factors(node)
  let nodes = 1
  let times = 1
  for (const [i, child] of children(node).entries()) {
    const part = inner(child)
    const factor = factorOf(i)
    nodes += part.nodes * factor
    times = Math.max(times, part.times * factor)
  }
  return { nodes, times }
}

/** How often the form of a node names its children, by their position. */
function factors(node: Expression): (child: number) => number {
  switch (node.kind) {
    case 'call':
      return node.target ? ofForm(callForm(node)) : once
    case 'cast': {
      const rule = castRule(node.operand.type ?? types.unknown, node.target)
      return rule.kind === 'template' ? ofForm(rule.template) : once
    }
    case 'subscript':
      return ofMacro(node.base.type?.kind === 'map' ? 'trino_map_subscript' : 'trino_array_subscript')
    case 'binary-op':
      return node.operator === '/' || node.operator === '%' ? ofMacro('trino_divide') : once
    default:
      return once
  }
}

const once = () => 1
const ofMacro = (name: string) => (child: number) => macroGrowth.get(name)?.[child] ?? 1

/** The proven form as a template, `$1` for the first argument and so on. */
function callForm(node: Expression & { kind: 'call' }): string {
  const how = node.target!.duckdb
  if (typeof how === 'string') return how
  const emission: Emission = {
    args: node.args.map((_, i) => `$${i + 1}`),
    nodes: node.args,
    returns: node.type ?? types.unknown,
    returnsText: 'VARCHAR',
  }
  return how(emission)
}

function ofForm(template: string): (child: number) => number {
  // `$*` stands for all arguments in their order.
  const macro = /^(trino_\w+)\(\$\*(, [^$]*)?\)$/.exec(template)?.[1]
  if (macro) return ofMacro(macro)
  const bare = template.replace(/'(?:[^']|'')*'/g, "''")
  return (child) => Math.max(1, timesNamed(bare, `$${child + 1}`))
}
