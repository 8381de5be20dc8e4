/** The types of event columns, in Trino's terms; every engine maps them in its own dialect. */
export type ColumnType =
  | { readonly kind: 'varchar' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'timestamp-tz' }
  | { readonly kind: 'array'; readonly element: ColumnType }
  | { readonly kind: 'map'; readonly key: ColumnType; readonly value: ColumnType }
  | { readonly kind: 'row'; readonly fields: readonly RowField[] }

interface RowField {
  readonly name: string
  readonly type: ColumnType
}

export interface EventColumn {
  readonly name: string
  readonly type: ColumnType
  /**
   * How the member of the JSON record becomes the column:
   * `text` (a scalar's text), `json` (the member's own JSON text), `struct` (by the fields of `type`).
   */
  readonly form: 'text' | 'json' | 'struct'
  readonly description: string
}

export const varchar: ColumnType = { kind: 'varchar' }

export const array = (element: ColumnType): ColumnType => ({ kind: 'array', element })
export const map = (key: ColumnType, value: ColumnType): ColumnType => ({ kind: 'map', key, value })
export const row = (fields: Readonly<Record<string, ColumnType>>): ColumnType => ({
  kind: 'row',
  fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
})
