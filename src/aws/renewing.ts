import type { AwsClients } from './clients.ts'
import { isExpired } from './errors.ts'

/** Once more with new credentials where the old ones ran out. */
export async function renewing<T>({ credentials }: AwsClients, send: () => Promise<T>): Promise<T> {
  let key: string | undefined
  try {
    key = (await credentials.provider()).accessKeyId
    return await send()
  } catch (error) {
    if (!isExpired(error) || !(await credentials.renew(key))) throw error
    return send()
  }
}
