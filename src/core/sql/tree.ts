/**
 * The query tree: what the parser makes, the analyzer annotates (`type`, `to`) and the dialects print.
 * Every node knows its place in the text; rewriting makes new nodes and keeps the place of the old ones.
 */
import type { Emit, FunctionSpec } from './functions/spec.ts'
import type { SqlType } from './types.ts'

/** Offsets into the SQL text: start included, end excluded. */
export interface Span {
  readonly start: number
  readonly end: number
}

interface Node {
  readonly span: Span
}

export interface Identifier extends Node {
  readonly name: string
  readonly quoted: boolean
}

interface Typed extends Node {
  /** Set by the analyzer. */
  type?: SqlType
}

interface NullLiteral extends Typed {
  readonly kind: 'null'
}
export interface BooleanLiteral extends Typed {
  readonly kind: 'boolean'
  readonly value: boolean
}
export interface StringLiteral extends Typed {
  readonly kind: 'string'
  readonly value: string
}
/** `form` tells 1 (integer or bigint), 1.5 (decimal) and 1e0 (double) apart: Trino computes differently with each. */
interface NumberLiteral extends Typed {
  readonly kind: 'number'
  readonly form: 'integer' | 'decimal' | 'double'
  readonly text: string
}
interface BinaryLiteral extends Typed {
  readonly kind: 'binary'
  readonly hex: string
}
interface DateTimeLiteral extends Typed {
  readonly kind: 'datetime'
  readonly form: 'date' | 'timestamp'
  readonly text: string
}
interface IntervalLiteral extends Typed {
  readonly kind: 'interval'
  readonly text: string
  readonly negative: boolean
  readonly unit: IntervalUnit
}
export type IntervalUnit = 'second' | 'minute' | 'hour' | 'day' | 'month' | 'year'

interface Parameter extends Typed {
  readonly kind: 'parameter'
  readonly name: string
}

/** A dotted name as written; the analyzer decides how much of it is relation, column and fields. */
export interface Reference extends Typed {
  readonly kind: 'reference'
  readonly parts: readonly Identifier[]
  to?: Resolved
}

type Resolved =
  /** `relation` is empty for a column merged by USING, which has no relation of its own. */
  | { readonly kind: 'column'; readonly relation: string; readonly column: string; readonly fields: readonly string[] }
  | { readonly kind: 'lambda'; readonly name: string; readonly fields: readonly string[] }
  /** ORDER BY named an output column: 1-based position, and the expression behind it. */
  | {
      readonly kind: 'output'
      readonly position: number
      readonly expression: Expression
      readonly fields: readonly string[]
    }

interface Field extends Typed {
  readonly kind: 'field'
  readonly base: Expression
  readonly field: Identifier
}
export interface Subscript extends Typed {
  readonly kind: 'subscript'
  readonly base: Expression
  readonly index: Expression
}
interface Unary extends Typed {
  readonly kind: 'unary'
  readonly operator: '-' | '+' | 'NOT'
  readonly operand: Expression
}

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '||'
  | '='
  | '<>'
  | '<'
  | '<='
  | '>'
  | '>='
  | 'AND'
  | 'OR'
  | 'IS DISTINCT FROM'
  | 'IS NOT DISTINCT FROM'
export interface Binary extends Typed {
  readonly kind: 'binary-op'
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
}

interface IsNull extends Typed {
  readonly kind: 'is-null'
  readonly operand: Expression
  readonly negated: boolean
}
interface Between extends Typed {
  readonly kind: 'between'
  readonly operand: Expression
  readonly low: Expression
  readonly high: Expression
  readonly negated: boolean
}
interface InList extends Typed {
  readonly kind: 'in-list'
  readonly operand: Expression
  readonly items: readonly Expression[]
  readonly negated: boolean
}
export interface InQuery extends Typed {
  readonly kind: 'in-query'
  readonly operand: Expression
  readonly query: Query
  readonly negated: boolean
}
interface Like extends Typed {
  readonly kind: 'like'
  readonly operand: Expression
  readonly pattern: Expression
  readonly escape?: Expression
  readonly negated: boolean
}
interface Exists extends Typed {
  readonly kind: 'exists'
  readonly query: Query
}
export interface Quantified extends Typed {
  readonly kind: 'quantified'
  readonly operator: BinaryOperator
  readonly quantifier: 'ALL' | 'ANY'
  readonly left: Expression
  readonly query: Query
}
interface ScalarQuery extends Typed {
  readonly kind: 'scalar-query'
  readonly query: Query
}
interface Case extends Typed {
  readonly kind: 'case'
  readonly operand?: Expression
  readonly branches: readonly CaseBranch[]
  readonly otherwise?: Expression
}
export interface CaseBranch {
  readonly when: Expression
  readonly result: Expression
}
export interface Cast extends Typed {
  readonly kind: 'cast'
  readonly operand: Expression
  readonly target: SqlType
  readonly safe: boolean
}
export interface Lambda extends Typed {
  readonly kind: 'lambda'
  readonly parameters: readonly Identifier[]
  readonly body: Expression
}
interface ArrayLiteral extends Typed {
  readonly kind: 'array'
  readonly items: readonly Expression[]
}
export interface RowLiteral extends Typed {
  readonly kind: 'row'
  readonly items: readonly Expression[]
}

/** Special forms (EXTRACT, TRIM, POSITION, AT TIME ZONE, CURRENT_DATE …) are calls too, by the names of `functions.ts`. */
export interface Call extends Typed {
  readonly kind: 'call'
  readonly name: string
  readonly nameSpan: Span
  readonly args: readonly Expression[]
  readonly star: boolean
  readonly distinct: boolean
  readonly orderBy: readonly SortItem[]
  readonly filter?: Expression
  readonly over?: WindowSpec
  readonly ignoreNulls: boolean
  /** Set by the analyzer. */
  target?: CallTarget
}

interface CallTarget {
  readonly kind: FunctionSpec['kind']
  readonly duckdb: Emit
}

export interface WindowSpec extends Node {
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly SortItem[]
  readonly frame?: Frame
}
export interface Frame {
  readonly unit: 'ROWS' | 'RANGE'
  readonly start: FrameBound
  readonly end?: FrameBound
}
export interface FrameBound {
  readonly kind: 'UNBOUNDED PRECEDING' | 'PRECEDING' | 'CURRENT ROW' | 'FOLLOWING' | 'UNBOUNDED FOLLOWING'
  readonly value?: Expression
}

export interface SortItem extends Node {
  readonly expression: Expression
  readonly descending: boolean
  readonly nulls?: 'FIRST' | 'LAST'
}

export type Expression =
  | NullLiteral
  | BooleanLiteral
  | StringLiteral
  | NumberLiteral
  | BinaryLiteral
  | DateTimeLiteral
  | IntervalLiteral
  | Parameter
  | Reference
  | Field
  | Subscript
  | Unary
  | Binary
  | IsNull
  | Between
  | InList
  | InQuery
  | Like
  | Exists
  | Quantified
  | ScalarQuery
  | Case
  | Cast
  | Lambda
  | ArrayLiteral
  | RowLiteral
  | Call

export interface Query extends Node {
  readonly with: readonly CommonTable[]
  readonly body: QueryBody
  readonly orderBy: readonly SortItem[]
  readonly offset?: Expression
  readonly limit?: Expression
  /** Set by the analyzer. */
  columns?: readonly OutputColumn[]
}

export interface OutputColumn {
  /** As the author named it; undefined where nothing names it. */
  readonly name: string | undefined
  readonly type: SqlType
}

export interface CommonTable extends Node {
  /** Set by the analyzer: its name and columns in printed text. */
  printed?: { readonly name: string; readonly columns: readonly string[] }
  readonly name: Identifier
  readonly columns: readonly Identifier[]
  readonly query: Query
}

export type QueryBody = Select | Values | SetOperation | NestedQuery

interface NestedQuery extends Node {
  readonly kind: 'nested'
  readonly query: Query
}
interface Values extends Node {
  readonly kind: 'values'
  readonly rows: readonly (readonly Expression[])[]
}
interface SetOperation extends Node {
  readonly kind: 'set'
  readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT'
  readonly all: boolean
  readonly left: QueryBody
  readonly right: QueryBody
}

export interface Select extends Node {
  readonly kind: 'select'
  readonly distinct: boolean
  readonly items: readonly SelectItem[]
  readonly from: readonly TableExpression[]
  readonly where?: Expression
  readonly groupBy?: GroupBy
  readonly having?: Expression
  /** Set by the analyzer: `items` with every star written out. */
  expanded?: readonly SelectExpression[]
}

export interface GroupBy extends Node {
  readonly sets: readonly GroupingElement[]
}
export type GroupingElement =
  | { readonly kind: 'simple'; readonly expression: Expression }
  | {
      readonly kind: 'rollup' | 'cube' | 'sets'
      readonly sets: readonly (readonly Expression[])[]
      readonly span: Span
    }

export type SelectItem = SelectExpression | SelectStar
export interface SelectExpression extends Node {
  readonly kind: 'expression'
  readonly expression: Expression
  readonly alias?: Identifier
}
export interface SelectStar extends Node {
  readonly kind: 'star'
  readonly qualifier?: Identifier
}

export type TableExpression = TableName | DerivedTable | UnnestTable | Join

interface Aliased extends Node {
  readonly alias?: Identifier
  readonly columnAliases: readonly Identifier[]
  /** Set by the analyzer: the name by which printed text refers to this relation. */
  as?: string
  /** Set by the analyzer: the names of its columns in printed text; undefined for the event table, whose names are fixed. */
  names?: readonly string[]
}
export interface TableName extends Aliased {
  readonly kind: 'table'
  readonly parts: readonly Identifier[]
  /** Set by the analyzer. */
  source?: TableSource
}
type TableSource =
  | { readonly kind: 'events'; readonly used: Set<string> }
  | { readonly kind: 'list'; readonly name: string }
  | { readonly kind: 'with'; readonly name: string; readonly columns: readonly string[] }
  /** A checked query of its own: nothing around it is seen inside. */
  | { readonly kind: 'fragment'; readonly name: string; readonly query: Query }
export interface DerivedTable extends Aliased {
  readonly kind: 'derived'
  readonly query: Query
  readonly lateral: boolean
}
export interface UnnestTable extends Aliased {
  readonly kind: 'unnest'
  readonly items: readonly Expression[]
  readonly ordinality: boolean
}
export interface Join extends Node {
  readonly kind: 'join'
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS'
  readonly left: TableExpression
  readonly right: TableExpression
  readonly on?: Expression
  readonly using?: readonly Identifier[]
}
