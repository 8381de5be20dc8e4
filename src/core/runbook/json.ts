/** A JSON value as a runbook holds it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonMap

export interface JsonMap {
  readonly [key: string]: Json
}

export const isJsonMap = (value: unknown): value is JsonMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isJsonList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)
