import { TrailbookError } from '../core/errors.ts'

/**
 * The same pages, as long as each leads to another one: a token that came before would lead round in a circle for ever, and to
 * stop there in silence would pass a part for the whole.
 *
 * @param permission for the message
 * @throws TrailbookError AWS_FAILED
 */
export async function* chained<T extends { readonly NextToken?: string | undefined }>(
  pages: AsyncIterable<T>,
  permission: string,
): AsyncGenerator<T, void> {
  const seen = new Set<string>()
  for await (const page of pages) {
    const { NextToken } = page
    if (NextToken !== undefined && seen.has(NextToken))
      throw new TrailbookError('AWS_FAILED', { permission, reason: 'its pages lead round in a circle' })
    if (NextToken !== undefined) seen.add(NextToken)
    yield page
  }
}
