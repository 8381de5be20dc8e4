// The emulator of AWS as a process of its own on a free port of the loopback interface.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, relative, sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { provide } from './provision.mjs'
import { ensureVenv } from './venv.mjs'

export const accessKey = 'AKIAIOSFODNN7EXAMPLE'
/** What a program needs to speak to the emulator, and nothing of the credentials of whoever runs the test. */
export const awsEnvironment = (endpoint) => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:AWS_|.*_proxy$)/i.test(name))),
  AWS_ACCESS_KEY_ID: accessKey,
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  AWS_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_ENDPOINT_URL: endpoint,
})

export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

/** Starts it and waits until it answers. `env` sets what it reads at its start, such as where IAM begins to be enforced. */
export async function startMoto({ port, env = {} } = {}) {
  const chosen = port ?? (await freePort())
  const endpoint = `http://127.0.0.1:${chosen}`
  const child = spawn(
    join(provide('the emulator moto', ensureVenv), 'moto_server'),
    ['-H', '127.0.0.1', '-p', String(chosen)],
    {
      env: { ...awsEnvironment(endpoint), PYTHONWARNINGS: 'ignore', ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  // It logs every request; the last lines are for when it dies.
  let log = ''
  child.stderr.on('data', (chunk) => {
    log = (log + chunk).slice(-2000)
  })
  const ended = new Promise((resolve) => child.on('close', resolve))
  for (let tries = 0; ; tries++) {
    const answer = await fetch(`${endpoint}/moto-api/`).catch(() => undefined)
    if (answer?.ok) break
    if (child.exitCode !== null || tries > 300) throw new Error(`the emulator did not start: ${log}`)
    await sleep(100)
  }
  return {
    endpoint,
    port: chosen,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      await ended
    },
  }
}

const headers = (region) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/20260101/${region}/s3/aws4_request, SignedHeaders=host, Signature=0`,
})

/** Unsigned requests do for filling: the emulator looks at who asks only where it is told to. */
export async function makeBucket(endpoint, bucket, region = 'us-east-1') {
  const body =
    region === 'us-east-1'
      ? undefined
      : `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`
  const answer = await fetch(`${endpoint}/${bucket}`, { method: 'PUT', headers: headers(region), body })
  if (!answer.ok) throw new Error(`no bucket ${bucket}: ${await answer.text()}`)
}

export async function keepVersions(endpoint, bucket) {
  const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
  const answer = await fetch(`${endpoint}/${bucket}?versioning`, { method: 'PUT', headers: headers('us-east-1'), body })
  if (!answer.ok) throw new Error(`${bucket} keeps no versions: ${await answer.text()}`)
}

/** @returns its version, where the bucket keeps them */
export async function putObject(endpoint, bucket, key, body, extra = {}) {
  const path = key.split('/').map(encodeURIComponent).join('/')
  const answer = await fetch(`${endpoint}/${bucket}/${path}`, {
    method: 'PUT',
    headers: { ...headers('us-east-1'), ...extra },
    body,
  })
  if (!answer.ok) throw new Error(`${key} was not put: ${answer.status} ${await answer.text()}`)
  return answer.headers.get('x-amz-version-id') ?? undefined
}

export async function deleteObject(endpoint, bucket, key) {
  await fetch(`${endpoint}/${bucket}/${key}`, { method: 'DELETE', headers: headers('us-east-1') })
}

/** All files below a folder, with keys as `rename` gives them (undefined leaves a file out). */
export async function fillBucket(endpoint, bucket, folder, rename = (key) => key) {
  const files = filesOf(folder).flatMap((path) => {
    const key = rename(relative(folder, path).split(sep).join('/'))
    return key === undefined ? [] : [{ path, key }]
  })
  const lanes = Array.from({ length: 8 }, async () => {
    for (let file = files.pop(); file !== undefined; file = files.pop())
      await putObject(endpoint, bucket, file.key, readFileSync(file.path))
  })
  const count = files.length + lanes.length
  await Promise.all(lanes)
  return count
}

export const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
