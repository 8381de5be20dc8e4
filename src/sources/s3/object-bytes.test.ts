import { describe, expect, test } from 'vitest'
import { bodyOf, memoryBucket } from '../../../test/support/memory-bucket.ts'
import { objectBytes } from './object-bytes.ts'

const content = 'the whole of it'
const pauses = [0, 0, 0]

async function* cutOff(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text)
  throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
}

async function read(bucket: ReturnType<typeof memoryBucket>): Promise<string> {
  const first = await bucket.get({ key: 'a' })
  let text = ''
  for await (const chunk of objectBytes(first, { bucket, key: 'a', pauses })) text += new TextDecoder().decode(chunk)
  return text
}

const made = () => {
  const bucket = memoryBucket()
  bucket.put('a', content)
  return bucket
}
const part = (body: AsyncIterable<Uint8Array>, from = 0) => ({
  body,
  size: content.length - from,
  etag: 'etag-0',
  version: null,
  metadata: {},
})

describe('objectBytes', () => {
  test('goes on where a body was cut off, with the same object', async () => {
    const bucket = made()
    bucket.next.push(
      () => part(cutOff('the ')),
      () => part(cutOff('whole '), 4),
    )
    expect(await read(bucket)).toBe(content)
    expect(bucket.asked.gets).toEqual(['a', 'a from 4', 'a from 10'])
  })

  test('a body that ends too early without an error is asked for again, too', async () => {
    const bucket = made()
    bucket.next.push(() => part(bodyOf(new TextEncoder().encode('the '))))
    expect(await read(bucket)).toBe(content)
  })

  test('another object of that name is not mixed in', async () => {
    const bucket = made()
    bucket.next.push(() => {
      bucket.put('a', 'something else here')
      return part(cutOff('the '))
    })
    await expect(read(bucket)).rejects.toMatchObject({ code: 'INPUT_OBJECT_CHANGED' })
  })

  test.each<[string, number]>([
    ['begins anew', content.length],
    ['does not say how much it sends', -1],
  ])('a server that leaves the range aside and %s is not believed', async (_, size) => {
    const bucket = made()
    let open = 0
    async function* whole(): AsyncGenerator<Uint8Array> {
      open++
      try {
        yield new TextEncoder().encode(content)
      } finally {
        open--
      }
    }
    bucket.next.push(
      () => part(cutOff('the ')),
      () => ({ ...part(whole()), size }),
    )
    await expect(read(bucket)).rejects.toMatchObject({
      code: 'INPUT_UNREADABLE',
      message: 'The file could not be read: after 4 bytes the server sent something else than the rest.',
    })
    expect(open).toBe(0)
  })

  test('a body that is longer than was said is not believed', async () => {
    const bucket = made()
    bucket.next.push(() => part(bodyOf(new TextEncoder().encode(`${content}${content}`))))
    await expect(read(bucket)).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' })
  })

  test('a connection that breaks behind the last byte is no harm', async () => {
    const bucket = made()
    bucket.next.push(() => part(cutOff(content)))
    expect(await read(bucket)).toBe(content)
    expect(bucket.asked.gets).toEqual(['a'])
  })

  test('gives up when nothing comes any more', async () => {
    const bucket = made()
    bucket.next.push(...Array.from({ length: 9 }, () => () => part(cutOff(''))))
    await expect(read(bucket)).rejects.toMatchObject({ code: 'AWS_UNREACHABLE' })
    expect(bucket.asked.gets).toHaveLength(1 + pauses.length)
  })
})
