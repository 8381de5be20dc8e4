/** One account and Region: which sweeps it takes. */
import type { LookupAttribute } from '../../core/event/history-slice.ts'
import type { SecondSpan, SweepOptions, SweptSlice } from './sweep.ts'
import { sweep } from './sweep.ts'

export interface PlaceQuestion {
  readonly account: string
  readonly region: string
  /** What is left to ask for. */
  readonly spans: readonly SecondSpan[]
  /** Only events with one of these; none for all. */
  readonly attributes: readonly LookupAttribute[]
}

export type PlaceSlice = SweptSlice & { readonly attribute?: LookupAttribute | undefined }

/**
 * The newest span first. Where only events with one of several attributes are asked for, as many pages are first read without
 * any: a quiet Region is done by then, with one request instead of one for each attribute.
 */
export async function* sweepPlace(place: PlaceQuestion, options: SweepOptions): AsyncGenerator<PlaceSlice, void> {
  const { account, region, attributes } = place
  for (const span of [...place.spans].sort((a, b) => b.from - a.from)) {
    if (attributes.length === 0) {
      yield* sweep({ account, region, ...span }, options)
      continue
    }
    let { to } = span
    if (attributes.length > 1)
      for await (const slice of sweep({ account, region, ...span }, { ...options, pagesPerSlice: attributes.length })) {
        yield slice
        to = slice.from
        break
      }
    if (to <= span.from) continue
    for (const attribute of attributes)
      for await (const slice of sweep({ account, region, from: span.from, to, attribute }, options))
        yield { ...slice, attribute }
  }
}
