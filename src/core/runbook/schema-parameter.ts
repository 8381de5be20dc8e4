import { z } from 'zod'
import { type ParameterType, parameterKinds } from '../sql/compile.ts'
import { json } from './schema-text.ts'

export const parameterTypes = [
  ...parameterKinds,
  ...parameterKinds.map((kind) => `${kind}[]` as const),
] as readonly ParameterType[]

export const parameterSchema = z
  .strictObject({
    type: z.enum(parameterTypes).meta({ description: 'What the parameter holds; `[]` makes it a list.' }),
    optional: z.boolean().default(false).meta({ description: 'May be left out; it is NULL then.' }),
    default: json.optional().meta({ description: 'Value when none is given.' }),
    description: z.string().optional().meta({ description: 'What the parameter is for.' }),
    pattern: z.string().optional().meta({ description: 'RE2 expression that the whole text must match.' }),
    options: z.array(json).min(1).optional().meta({ description: 'The only values allowed.' }),
    min: z
      .union([z.number(), z.string()])
      .optional()
      .meta({ description: 'Smallest value of a number, duration or timestamp.' }),
    max: z
      .union([z.number(), z.string()])
      .optional()
      .meta({ description: 'Largest value of a number, duration or timestamp.' }),
    example: json.optional().meta({ description: 'A value as a user would give it.' }),
  })
  .meta({ id: 'Parameter', description: 'A typed value that the reader of the runbook gives.' })

export type Parameter = z.output<typeof parameterSchema>
