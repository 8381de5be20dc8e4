/** The limit of a service: a bucket of tokens for each key, as AWS describes its throttling. */
export function createRate(perSecond: number, burst: number, now: () => number) {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return {
    /** Whether one more call of the key is within the limit; a refused one costs nothing. */
    take(key: string): boolean {
      const at = now()
      const bucket = buckets.get(key) ?? { tokens: burst, at }
      bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * perSecond)
      bucket.at = at
      buckets.set(key, bucket)
      if (bucket.tokens < 1) return false
      bucket.tokens -= 1
      return true
    },
  }
}
