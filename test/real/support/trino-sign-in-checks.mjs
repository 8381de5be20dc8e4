// Signing in to a server with TLS, passwords and tokens; each refusal has its own code and says what to do.
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { host } from './trino-sign-in.mjs'

export async function signInChecks(world) {
  const { trino, door, folder, config, configure, check, path, user, password } = world
  const now = Math.floor(Date.now() / 1000)
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const connections = {
    password: { password },
    token: { token: door.token({ sub: user, exp: now + 3600 }) },
    'wrong-password': { password: 'not it at all' },
    nothing: {},
    'expired-token': { token: door.token({ sub: user, exp: now - 60 }) },
    'foreign-token': { token: door.token({ sub: user, exp: now + 3600 }, privateKey) },
    'broken-token': { token: 'abc' },
    'token-of-another': { token: door.token({ sub: 'another', exp: now + 3600 }) },
    'other-name': { url: door.url.replace(host, '127.0.0.1'), password },
    'no-tls-there': { url: trino.url.replace('http:', 'https:'), password },
    'tls-there': { url: door.url.replace('https:', 'http:') },
  }
  configure(
    Object.fromEntries(
      Object.entries(connections).map(([name, one]) => [name, { url: door.url, schema: 'signed', ...one }]),
    ),
  )
  await trino.ask('CREATE SCHEMA IF NOT EXISTS hive.signed')
  const columns = ['eventTime', 'eventName', 'eventSource', 'awsRegion', 'recipientAccountId']
  await trino.ask(`CREATE TABLE hive.signed.cloudtrail_logs (${columns.map((name) => `"${name}" varchar`).join(', ')})`)

  const ask = (connection, trusted) => {
    const env = { ...process.env }
    delete env.NODE_EXTRA_CA_CERTS
    if (trusted) env.NODE_EXTRA_CA_CERTS = door.authority
    const args = ['query', 'SELECT count(*) AS n FROM cloudtrail_logs', '--since', '1d', '--connection', connection]
    const { stdout } = spawnSync(process.execPath, [path, ...args, '--format', 'json', ...config], {
      cwd: join(folder),
      encoding: 'utf8',
      env,
    })
    return JSON.parse(stdout)
  }
  for (const name of ['password', 'token'])
    await check(`TLS by an own authority, signed in by ${name}`, async () => {
      const answer = ask(name, true)
      if (answer.rows?.[0]?.n !== 0) throw new Error(JSON.stringify(answer))
    })
  for (const [name, code, words, trusted = true] of [
    ['wrong-password', 'TRINO_AUTHENTICATION', 'Invalid credentials'],
    ['nothing', 'TRINO_NO_SIGN_IN', 'Unauthorized'],
    ['expired-token', 'TRINO_TOKEN', 'expired'],
    ['foreign-token', 'TRINO_TOKEN', 'signature'],
    ['broken-token', 'TRINO_TOKEN', 'Invalid compact JWT'],
    ['token-of-another', 'TRINO_IMPERSONATION', 'another'],
    ['password', 'TRINO_CERTIFICATE', 'certificate', false],
    ['other-name', 'TRINO_CERTIFICATE', 'altnames'],
    ['no-tls-there', 'TRINO_UNREACHABLE', 'does not speak TLS'],
    ['tls-there', 'TRINO_UNREACHABLE', 'does not speak HTTP'],
  ])
    await check(`${trusted ? name : 'an authority that is not trusted'}: ${code}`, async () => {
      const { error } = ask(name, trusted)
      if (error?.code !== code || !error.message.includes(words)) throw new Error(JSON.stringify(error))
      for (const secret of [password, 'not it at all', connections[name].token])
        if (secret !== undefined && secret !== 'abc' && JSON.stringify(error).includes(secret))
          throw new Error('the message holds a secret')
    })
}
