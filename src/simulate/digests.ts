/** The digests that CloudTrail would sign of simulated log files (User Guide, "CloudTrail digest file structure"). */
import { hashAlgorithm, signatureAlgorithm } from '../core/digest/digest-file.ts'
import { stringToSign } from '../core/digest/string-to-sign.ts'
import { day, hour, isoTime, milliseconds } from '../core/time.ts'
import { organizationId } from './ids.ts'
import { type LogFile, logText } from './sink.ts'

/** Keys are made anew for each simulation: digests are all that differs between two of the same options. */
export interface DigestSigner {
  readonly fingerprint: string
  /** PKCS#1 DER as base64. */
  readonly publicKey: string
  /** Of the text in UTF-8, hex. */
  sha256(text: string): string
  /** RSA PKCS#1 v1.5 with SHA-256, hex. */
  sign(text: string): string
}

interface DigestFile {
  readonly path: string
  readonly text: string
  /** Of its S3 object. */
  readonly metadata: Readonly<Record<string, string>>
}

export interface DigestOptions {
  readonly signer: DigestSigner
  readonly write: (digest: DigestFile) => void
}

interface DigestsOptions extends DigestOptions {
  readonly bucket: string
  readonly trail: string
  readonly home: string
  /** Accounts with their Regions: each has a digest every hour, with log files or without. */
  readonly places: readonly { readonly account: string; readonly region: string }[]
  readonly organization: boolean
  /** When the first hour begins, in milliseconds. */
  readonly from: number
}

interface Place {
  readonly account: string
  readonly region: string
  /** Log files by the hour in which they were delivered. */
  readonly waiting: Map<number, ListedFile[]>
  previous: { readonly key: string; readonly sha256: string; readonly signature: string } | undefined
}

interface ListedFile {
  readonly s3Bucket: string
  readonly s3Object: string
  readonly hashValue: string
  readonly hashAlgorithm: string
  readonly newestEventTime: string
  readonly oldestEventTime: string
}

/** Takes log files as they are delivered, and writes the digests of hours that are over. */
export function createDigests({ signer, write, bucket, trail, home, organization, ...options }: DigestsOptions) {
  const places = new Map(
    options.places.map((place): [string, Place] => [
      `${place.account} ${place.region}`,
      { ...place, waiting: new Map(), previous: undefined },
    ]),
  )
  let next = Math.floor(options.from / hour) * hour
  let latest = next

  const digestOf = (place: Place, from: number): void => {
    const { account, region, previous } = place
    const [start, end] = [isoTime(from), isoTime(from + hour)]
    const logFiles = place.waiting.get(from) ?? []
    place.waiting.delete(from)
    const head = organization ? `AWSLogs/${organizationId}` : 'AWSLogs'
    const name = `${account}_CloudTrail-Digest_${region}_${trail}_${home}_${end.replaceAll(/[-:]/g, '')}.json.gz`
    const key = `${head}/${account}/CloudTrail-Digest/${region}/${end.slice(0, 10).replaceAll('-', '/')}/${name}`
    const text = JSON.stringify({
      awsAccountId: account,
      digestStartTime: start,
      digestEndTime: end,
      digestS3Bucket: bucket,
      digestS3Object: key,
      digestPublicKeyFingerprint: signer.fingerprint,
      digestSignatureAlgorithm: signatureAlgorithm,
      newestEventTime: last(logFiles.map(({ newestEventTime }) => newestEventTime)) ?? null,
      oldestEventTime: logFiles.map(({ oldestEventTime }) => oldestEventTime).sort()[0] ?? null,
      previousDigestS3Bucket: previous === undefined ? null : bucket,
      previousDigestS3Object: previous?.key ?? null,
      previousDigestHashValue: previous?.sha256 ?? null,
      previousDigestHashAlgorithm: previous === undefined ? null : hashAlgorithm,
      previousDigestSignature: previous?.signature ?? null,
      logFiles,
    })
    const sha256 = signer.sha256(text)
    const signed = { endText: end, bucket, object: key, previousSignature: previous?.signature ?? null }
    const signature = signer.sign(stringToSign(signed, sha256))
    place.previous = { key, sha256, signature }
    write({ path: key, text, metadata: { signature, 'signature-algorithm': signatureAlgorithm } })
  }
  const until = (time: number): void => {
    for (; next + hour <= time; next += hour) for (const place of places.values()) digestOf(place, next)
  }
  return {
    until,
    add(file: LogFile): void {
      const place = places.get(`${file.account} ${file.region}`)
      // Places that nobody expects have no digests; the scenario has none.
      if (place === undefined) return
      const times = file.records.map(eventTime).sort()
      const delivered = Math.floor(milliseconds(file.delivered) / hour) * hour
      latest = Math.max(latest, delivered)
      const known = place.waiting.get(delivered) ?? []
      known.push({
        s3Bucket: bucket,
        s3Object: file.path,
        hashValue: signer.sha256(logText(file)),
        hashAlgorithm,
        newestEventTime: times.at(-1)!,
        oldestEventTime: times[0]!,
      })
      place.waiting.set(delivered, known)
    },
    /** The hours in which the last files were delivered. @returns keys as `aws cloudtrail list-public-keys` prints them */
    finish(): string {
      until(latest + hour)
      const key = {
        Value: signer.publicKey,
        ValidityStartTime: isoTime(options.from - day),
        ValidityEndTime: isoTime(latest + 2 * day),
        Fingerprint: signer.fingerprint,
      }
      return `${JSON.stringify({ PublicKeyList: [key] }, null, 2)}\n`
    },
  }
}

const eventTime = (record: string): string => /"eventTime":"([^"]+)"/.exec(record)?.[1] ?? ''
const last = (texts: readonly string[]): string | undefined => [...texts].sort().at(-1)
