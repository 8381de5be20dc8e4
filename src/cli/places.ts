import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { isS3Location, meantS3Location } from '../compose.ts'
import { TrailbookError } from '../core/errors.ts'

/** Places in S3, and everything else. @throws TrailbookError AWS_LOCATION for a place in S3 that is written as other programs do */
export function splitPlaces(
  paths: readonly string[],
  cwd: string,
): { readonly inS3: readonly string[]; readonly others: readonly string[] } {
  const others = paths.filter((path) => !isS3Location(path))
  for (const path of others) {
    const meant = meantS3Location(path)
    if (meant !== undefined && !existsSync(resolve(cwd, path)))
      throw new TrailbookError('AWS_LOCATION', { location: path, reason: `here it is called ${meant}` })
  }
  return { inS3: paths.filter(isS3Location), others }
}
