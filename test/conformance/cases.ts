import type { ConformanceCase } from './case.ts'
import {
  errorCases,
  functionExtras,
  groupCases,
  jsonCases,
  nullCases,
  orderCases,
  structureCases,
  textCases,
  timeCases,
  typeCases,
  windowCases,
} from './cases/language.ts'
import { parameterCases } from './cases/parameters.ts'
import { recordCases, scopeCases, virtualCases } from './cases/records.ts'

/** The whole suite, but for the functions, whose answers the corpus has. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...recordCases,
  ...typeCases,
  ...nullCases,
  ...orderCases,
  ...timeCases,
  ...jsonCases,
  ...structureCases,
  ...textCases,
  ...groupCases,
  ...windowCases,
  ...functionExtras,
  ...virtualCases,
  ...scopeCases,
  ...parameterCases,
  ...errorCases,
]
