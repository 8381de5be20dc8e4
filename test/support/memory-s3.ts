/**
 * A bucket in memory behind S3's own protocol: reading and listing, checked and conditional writes, uploads in pieces, removal.
 * What AWS refuses is refused: wrong checksums, unmet conditions, a bucket of another owner, pieces that are too small.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface MemoryS3Options {
  /** How it takes conditions: `ignore` and `refuse` are servers that do not know them. */
  readonly conditions?: 'know' | 'ignore' | 'refuse'
  readonly owner?: string
  /** Called before every request; what it gives is answered instead: a status with a code, or `reset` for a cut connection. */
  readonly fail?: (request: SeenRequest) => { status: number; code: string; message?: string } | 'reset' | undefined
  /** Called after a write was carried out; `reset` loses the answer. */
  readonly loseAnswer?: (request: SeenRequest) => boolean
  readonly delayMs?: number
  /** Least size of a piece; AWS has 5 MB. */
  readonly leastPiece?: number
  /** Where objects lie, if not in memory. */
  readonly objects?: Map<string, MemoryObject>
}

interface SeenRequest {
  readonly method: string
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
}

export interface MemoryObject {
  readonly body: Buffer
  readonly etag: string
  readonly modified: number
  readonly headers: Readonly<Record<string, string>>
}

export interface MemoryS3 {
  readonly url: string
  readonly objects: Map<string, MemoryObject>
  readonly requests: SeenRequest[]
  readonly uploads: Map<string, { readonly key: string; readonly pieces: Map<number, Buffer> }>
  /** May be set at any time. */
  options: MemoryS3Options
  close(): Promise<void>
}

class Refusal extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message = code) {
    super(message)
    this.status = status
    this.code = code
  }
}

const quoted = (bytes: Buffer): string => `"${createHash('md5').update(bytes).digest('hex')}"`
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64')
const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)

/** One bucket of any name, on the loopback. */
export async function startMemoryS3(options: MemoryS3Options = {}): Promise<MemoryS3> {
  const s3: Omit<MemoryS3, 'url' | 'close'> = {
    objects: options.objects ?? new Map(),
    requests: [],
    uploads: new Map(),
    options,
  }
  let made = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => {})
    request.on('end', () => void respond(request, Buffer.concat(chunks), response))
  })

  async function respond(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://localhost')
    const [, , ...parts] = url.pathname.split('/')
    const key = decodeURIComponent(parts.join('/'))
    const seen = { method: request.method ?? '', key, query: url.searchParams, headers: request.headers }
    s3.requests.push(seen)
    if (s3.options.delayMs) await new Promise((resolve) => setTimeout(resolve, s3.options.delayMs))
    const failure = s3.options.fail?.(seen)
    if (failure === 'reset') return void request.socket.destroy()
    try {
      if (failure !== undefined) throw new Refusal(failure.status, failure.code, failure.message)
      const owner = request.headers['x-amz-expected-bucket-owner']
      if (owner !== undefined && owner !== (s3.options.owner ?? '111122223333'))
        throw new Refusal(403, 'AccessDenied', 'Access Denied')
      const { status = 200, headers = {}, content = '' } = carryOut(seen, body)
      if (s3.options.loseAnswer?.(seen)) return void request.socket.destroy()
      response.writeHead(status, { 'x-amz-bucket-region': 'us-east-1', ...headers })
      response.end(request.method === 'HEAD' ? undefined : content)
    } catch (error) {
      const { status = 500, code = 'InternalError' } = error as Refusal
      response.writeHead(status, { 'content-type': 'application/xml' })
      const text = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${escaped((error as Error).message)}</Message></Error>`
      response.end(request.method === 'HEAD' ? undefined : text)
    }
  }

  interface Answer {
    readonly status?: number
    readonly headers?: Record<string, string | number>
    readonly content?: string | Buffer
  }

  function carryOut({ method, key, query, headers }: SeenRequest, body: Buffer): Answer {
    if (method === 'HEAD' && key === '') return {}
    if (key === '' && query.has('uploads')) return uploadsBelow(query.get('prefix') ?? '')
    if (key === '' && method === 'POST' && query.has('delete')) return removeMany(body)
    if (key === '') return list(query)
    const there = s3.objects.get(key)
    switch (method) {
      case 'HEAD':
      case 'GET':
        if (there === undefined) throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.')
        return {
          headers: {
            etag: there.etag,
            'content-length': there.body.length,
            'last-modified': new Date(there.modified).toUTCString(),
          },
          content: there.body,
        }
      case 'PUT': {
        checked(body, headers['x-amz-checksum-sha256'])
        const upload = query.get('uploadId')
        if (upload !== null) {
          const found = s3.uploads.get(upload)
          if (found === undefined) throw new Refusal(404, 'NoSuchUpload')
          found.pieces.set(Number(query.get('partNumber')), body)
          return { headers: { etag: quoted(body) } }
        }
        conditions(headers, there)
        return { headers: { etag: store(key, body, headers) } }
      }
      case 'POST':
        if (query.has('uploads')) {
          const id = `upload-${made++}`
          s3.uploads.set(id, { key, pieces: new Map() })
          return {
            content: `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
          }
        }
        return complete(key, query.get('uploadId') ?? '', body, headers)
      case 'DELETE': {
        const upload = query.get('uploadId')
        if (upload === null) s3.objects.delete(key)
        else s3.uploads.delete(upload)
        return { status: 204 }
      }
      default:
        throw new Refusal(405, 'MethodNotAllowed')
    }
  }

  function store(key: string, body: Buffer, headers: IncomingMessage['headers'], etag = quoted(body)): string {
    const kept = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-server-side'))
    s3.objects.set(key, {
      body,
      etag,
      modified: Date.now(),
      headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])),
    })
    return etag
  }

  function conditions(headers: IncomingMessage['headers'], there: MemoryObject | undefined): void {
    const [isNew, match] = [headers['if-none-match'], headers['if-match']]
    if ((isNew === undefined && match === undefined) || s3.options.conditions === 'ignore') return
    if (s3.options.conditions === 'refuse')
      throw new Refusal(501, 'NotImplemented', 'A header you provided implies functionality that is not implemented')
    if (isNew === '*' && there !== undefined) throw new Refusal(412, 'PreconditionFailed')
    if (match !== undefined && there === undefined) throw new Refusal(404, 'NoSuchKey')
    if (match !== undefined && there?.etag.replaceAll('"', '') !== match.replaceAll('"', ''))
      throw new Refusal(412, 'PreconditionFailed')
  }

  function checked(body: Buffer, checksum: string | string[] | undefined): void {
    if (checksum !== undefined && checksum !== sha256(body))
      throw new Refusal(400, 'BadDigest', 'The SHA256 you specified did not match what we received')
  }

  function complete(key: string, id: string, body: Buffer, headers: IncomingMessage['headers']): Answer {
    const found = s3.uploads.get(id)
    if (found === undefined) throw new Refusal(404, 'NoSuchUpload')
    const named = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) => Number(number))
    const pieces = named.map((number) => found.pieces.get(number) ?? Buffer.alloc(0))
    const least = s3.options.leastPiece ?? 5 * 1024 * 1024
    if (pieces.slice(0, -1).some(({ length }) => length < least)) throw new Refusal(400, 'EntityTooSmall')
    const whole = Buffer.concat(pieces)
    s3.uploads.delete(id)
    const etag = store(key, whole, headers, `"${quoted(whole).slice(1, -1)}-${pieces.length}"`)
    return { content: `<CompleteMultipartUploadResult><ETag>${escaped(etag)}</ETag></CompleteMultipartUploadResult>` }
  }

  function uploadsBelow(prefix: string): Answer {
    const found = [...s3.uploads].filter(([, { key }]) => key.startsWith(prefix))
    const text = found.map(([id, { key }]) => `<Upload><Key>${escaped(key)}</Key><UploadId>${id}</UploadId></Upload>`)
    return { content: `<ListMultipartUploadsResult>${text.join('')}</ListMultipartUploadsResult>` }
  }

  function removeMany(body: Buffer): Answer {
    for (const [, key = ''] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) s3.objects.delete(key)
    return { content: '<DeleteResult/>' }
  }

  function list(query: URLSearchParams): Answer {
    const prefix = query.get('prefix') ?? ''
    const delimiter = query.get('delimiter')
    const after = query.get('continuation-token') ?? query.get('start-after') ?? ''
    const most = Number(query.get('max-keys') ?? 1000)
    const items = new Map<string, string>()
    for (const key of [...s3.objects.keys()].sort()) {
      if (!key.startsWith(prefix)) continue
      const cut = delimiter ? key.indexOf(delimiter, prefix.length) : -1
      const name = cut < 0 ? key : key.slice(0, cut + 1)
      if (name <= after || items.has(name)) continue
      const { body, etag, modified } = s3.objects.get(key)!
      items.set(
        name,
        cut < 0
          ? `<Contents><Key>${escaped(key)}</Key><Size>${body.length}</Size><ETag>${escaped(etag)}</ETag><LastModified>${new Date(modified).toISOString()}</LastModified></Contents>`
          : `<CommonPrefixes><Prefix>${escaped(name)}</Prefix></CommonPrefixes>`,
      )
    }
    const page = [...items].slice(0, most)
    const isCut = items.size > most
    const token = isCut ? `<NextContinuationToken>${escaped(page.at(-1)![0])}</NextContinuationToken>` : ''
    return {
      content: `<?xml version="1.0"?><ListBucketResult><IsTruncated>${isCut}</IsTruncated>${token}${page.map(([, text]) => text).join('')}</ListBucketResult>`,
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return Object.assign(s3, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close })
}
