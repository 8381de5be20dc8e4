import { resolve } from 'node:path'
import { readText } from '../authoring/library.ts'
import { type CliContext, type Given, list } from './command.ts'

/** The texts of the files that `--keys` names. @throws TrailbookError CLI_FILE_MISSING */
export const keyFilesOf = (
  given: Given,
  { cwd }: CliContext,
): Promise<{ readonly path: string; readonly content: string }[]> =>
  Promise.all(list(given, 'keys').map(async (path) => ({ path, content: await readText(resolve(cwd, path)) })))
