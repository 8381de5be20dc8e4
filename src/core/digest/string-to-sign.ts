import type { Digest } from './types.ts'

/**
 * The text that CloudTrail signs for a digest (User Guide, "Custom implementations of log file integrity validation").
 *
 * @param sha256 hex SHA-256 of the digest's inflated bytes
 */
export function stringToSign(
  { endText, bucket, object, previousSignature }: Pick<Digest, 'endText' | 'bucket' | 'object' | 'previousSignature'>,
  sha256: string,
): string {
  return `${endText}\n${bucket}/${object}\n${sha256}\n${previousSignature ?? 'null'}`
}
