import type { ErrorEntry } from '../errors.ts'

/** Checking log files against digests. */
export const digestErrors = {
  DIGEST_KEYS: {
    message: '{path} holds no public keys: {reason}.',
    hint: 'Write it with aws cloudtrail list-public-keys --start-time … --end-time … --region … --output json; a JSON list of such outputs works, too.',
    exit: 64,
  },
  DIGEST_KEY_FINGERPRINT: {
    message: 'The key {fingerprint} in {path} does not have this fingerprint.',
    hint: 'The file was changed or damaged. Fetch the keys from AWS again; nothing was checked.',
    exit: 64,
  },
} as const satisfies Record<string, ErrorEntry>
