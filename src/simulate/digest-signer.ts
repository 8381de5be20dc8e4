import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import type { DigestSigner } from './digests.ts'

/** Signs as CloudTrail does, by a key pair that nobody else has and that is gone with the process. */
export function createDigestSigner(): DigestSigner {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const der = publicKey.export({ type: 'pkcs1', format: 'der' })
  return {
    fingerprint: createHash('md5').update(der).digest('hex'),
    publicKey: der.toString('base64'),
    sha256: (text) => createHash('sha256').update(text, 'utf8').digest('hex'),
    sign: (text) => sign('RSA-SHA256', Buffer.from(text, 'utf8'), privateKey).toString('hex'),
  }
}
