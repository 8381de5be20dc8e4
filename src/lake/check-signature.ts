import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { VerifySignature } from '../core/digest/signatures.ts'

/** Checks signatures with Node's RSA; keys are read once. */
export function signatureCheck(): VerifySignature {
  const keys = new Map<string, KeyObject | undefined>()
  return (text, { hex, key }) => {
    if (!keys.has(key)) keys.set(key, publicKeyOf(key))
    const publicKey = keys.get(key)
    return (
      publicKey !== undefined && verify('RSA-SHA256', Buffer.from(text, 'utf8'), publicKey, Buffer.from(hex, 'hex'))
    )
  }
}

/** CloudTrail gives PKCS#1; one example of its documentation is SubjectPublicKeyInfo. */
function publicKeyOf(value: string): KeyObject | undefined {
  const der = Buffer.from(value, 'base64')
  for (const type of ['pkcs1', 'spki'] as const)
    try {
      const key = createPublicKey({ key: der, format: 'der', type })
      // The signature is RSA; OpenSSL would check one of another kind of key by its own rules.
      return key.asymmetricKeyType === 'rsa' ? key : undefined
    } catch {
      // The other form is tried.
    }
  return undefined
}
