// A Python environment with the emulator, made once and kept among the caches of node_modules.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../../node_modules/.cache/real')
/** Everything that decides what the environment holds; another text makes another environment. */
const wanted = ['moto[server,s3,sts,iam,cloudtrail,organizations,ec2,sqs,logs,athena]==5.2.5']

/** @returns the folder with its programs, e.g. `moto_server` */
export function ensureVenv() {
  const venv = join(folder, 'venv')
  const stamp = join(venv, `.made-${Buffer.from(wanted.join()).toString('hex').slice(-40)}`)
  if (!existsSync(stamp)) {
    mkdirSync(folder, { recursive: true })
    rmSync(venv, { recursive: true, force: true })
    // Scripts name the folder they were made in, so it is made where it stays.
    const options = { stdio: ['ignore', 'ignore', 'inherit'] }
    console.log(`making ${venv}`)
    execFileSync('python3', ['-m', 'venv', venv], options)
    execFileSync(join(venv, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ...wanted], options)
    writeFileSync(`${stamp}.tmp`, wanted.join('\n'))
    renameSync(`${stamp}.tmp`, stamp)
  }
  return join(venv, 'bin')
}
