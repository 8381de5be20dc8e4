import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkpoint } from '../../core/ledger/checkpoint.ts'
import { signedText } from '../../core/ledger/checkpoint.ts'
import { syncFolder, writePrivateFile } from './private-files.ts'

interface SigningKey {
  /** The 32 bytes of the Ed25519 key as base64. */
  readonly publicKey: string
  /** The signature as base64. */
  sign(text: string): string
}

const keyName = 'ledger-key.pem'

/** SubjectPublicKeyInfo of an Ed25519 key is this and then its 32 bytes (RFC 8410, section 4). */
const keyHead = Buffer.from('302a300506032b6570032100', 'hex')

/** The key of a ledger's folder, made when it is first needed. Only under the ledger's lock. */
export async function signingKey(folder: string): Promise<SigningKey> {
  const path = join(folder, keyName)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  const privateKey = text === undefined ? await newKey(folder, path) : createPrivateKey(text)
  return {
    publicKey: rawOf(createPublicKey(privateKey)),
    sign: (content) => sign(null, Buffer.from(content, 'utf8'), privateKey).toString('base64'),
  }
}

async function newKey(folder: string, path: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519')
  await writePrivateFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
  await syncFolder(folder)
  return privateKey
}

const rawOf = (key: KeyObject): string =>
  (key.export({ type: 'spki', format: 'der' }) as Buffer).subarray(keyHead.length).toString('base64')

/** Whether the checkpoint's own key made its signature. */
export function isSigned(checkpoint: Checkpoint): boolean {
  const raw = Buffer.from(checkpoint.key, 'base64')
  if (raw.length !== 32) return false
  const key = createPublicKey({ key: Buffer.concat([keyHead, raw]), format: 'der', type: 'spki' })
  const signature = Buffer.from(checkpoint.signature, 'base64')
  return verify(null, Buffer.from(signedText(checkpoint), 'utf8'), key, signature)
}

/** The public key of a folder; undefined where it has none yet. */
export async function publicKeyOf(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, keyName), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : rawOf(createPublicKey(createPrivateKey(text)))
}
