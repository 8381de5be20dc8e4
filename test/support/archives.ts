/** Tar and zip archives as bytes, also such as no honest program makes. */
import { crc32, deflateRawSync } from 'node:zlib'

export interface Member {
  readonly path: string
  readonly bytes?: Uint8Array
  /** Of tar: its type flag. */
  readonly type?: string
  /** What the header says instead of the true size. */
  readonly size?: number
  /** Of zip: general purpose flags, 1 means encrypted. */
  readonly flags?: number
  /** Of zip: Unix mode. */
  readonly mode?: number
  readonly method?: number
}

const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`

export function tarHeader({ path, type = '0', size = 0 }: Omit<Member, 'bytes'>, magic = 'ustar\x0000'): Buffer {
  const block = Buffer.alloc(512)
  block.write(path, 0, 100)
  block.write(octal(0o644, 8), 100)
  block.write(octal(0, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(size, 12), 124)
  block.write(octal(1_769_850_000, 12), 136)
  block.write('        ', 148)
  block.write(type, 156)
  block.write(magic, 257, 'latin1')
  block.write(
    octal(
      block.reduce((sum, byte) => sum + byte, 0),
      7,
    ),
    148,
  )
  return block
}

const padding = (length: number): Buffer => Buffer.alloc((512 - (length % 512)) % 512)

/** Long names go into pax headers, as POSIX has it. */
export function tarBytes(members: readonly Member[], { end = true }: { readonly end?: boolean } = {}): Buffer {
  const parts = members.flatMap(({ bytes = new Uint8Array(0), ...member }) => {
    const size = member.size ?? bytes.length
    const header = tarHeader({ ...member, size, path: member.path.slice(0, 100) })
    const body = [header, bytes, padding(bytes.length)]
    return Buffer.byteLength(member.path) > 100 ? [paxHeader({ path: member.path }), ...body] : body
  })
  return Buffer.concat([...parts, ...(end ? [Buffer.alloc(1024)] : [])])
}

export function paxHeader(values: Readonly<Record<string, string>>): Buffer {
  const records = Object.entries(values).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`)
    let length = rest + 1
    while (String(length).length + rest !== length) length++
    return `${length} ${key}=${value}\n`
  })
  const bytes = Buffer.from(records.join(''))
  return Buffer.concat([
    tarHeader({ path: 'PaxHeaders/x', type: 'x', size: bytes.length }),
    bytes,
    padding(bytes.length),
  ])
}

export function zipBytes(members: readonly Member[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { path, bytes = new Uint8Array(0), size, flags = 0, mode = 0o100644, method = 8 } of members) {
    const name = Buffer.from(path)
    const data = method === 8 ? deflateRawSync(bytes) : Buffer.from(bytes)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(flags | 0x800, 2)
    common.writeUInt16LE(method, 4)
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(size ?? bytes.length, 18)
    common.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, data])
    const central = Buffer.alloc(46)
    central.write('PK\x01\x02', 0, 'latin1')
    central.writeUInt16LE((3 << 8) | 20, 4)
    common.copy(central, 6)
    central.writeUInt32LE((mode << 16) >>> 0, 38)
    central.writeUInt32LE(offset, 42)
    directory.push(central, name)
    locals.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(members.length, 8)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, central, end])
}
