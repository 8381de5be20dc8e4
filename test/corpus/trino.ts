import type { Cell } from '../../src/core/ports.ts'

/** Base URL of a Trino server to ask; recorded answers need none. */
export const trinoUrl = process.env.TRINO_URL

/** Why tests that ask a server are skipped. */
export const withoutTrino = 'TRINO_URL names no server'

const headers = {
  'X-Trino-User': 'trailbook',
  'X-Trino-Time-Zone': 'UTC',
  'X-Trino-Client-Capabilities': 'PARAMETRIC_DATETIME',
}

interface Page {
  readonly nextUri?: string
  readonly data?: Cell[][]
  readonly error?: { readonly errorName: string; readonly message: string }
}

/** @throws with Trino's message when it refuses */
export async function askTrino(sql: string): Promise<Cell[][]> {
  const rows: Cell[][] = []
  let page = await send(`${trinoUrl}/v1/statement`, { method: 'POST', headers, body: sql })
  for (;;) {
    if (page.error) throw new Error(`${page.error.errorName}: ${page.error.message}`)
    if (page.data) rows.push(...page.data)
    if (!page.nextUri) return rows
    page = await send(page.nextUri, { headers })
  }
}

const send = async (url: string, init: RequestInit): Promise<Page> => lossless(await (await fetch(url, init)).text())

const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** Integers that JavaScript cannot hold become text. */
const lossless = (text: string): Page =>
  JSON.parse(
    text.replace(token, (found) =>
      /^-?\d+$/.test(found) && !Number.isSafeInteger(Number(found)) ? `"${found}"` : found,
    ),
  )
