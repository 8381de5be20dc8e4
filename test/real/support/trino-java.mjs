// A Java runtime that Trino starts on: the machine's own where it is new enough, else one that a Python package brings.
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Trino's requirement, "Java 25 with the Vector API", of its release notes and TrinoSystemRequirements. */
const leastVersion = 25
const vectors = 'jdk.incubator.vector'

/** The package holds a whole Java runtime, with the module that Trino asks for; nothing else of it is used. */
const packaged = { name: 'arcadedb-embedded', version: '26.10.2.post1', python: '3.11', java: 'arcadedb_embedded/jre' }
const platforms = { x64: 'manylinux_2_34_x86_64', arm64: 'manylinux_2_34_aarch64' }

/** @returns the path of `java` */
export function ensureJava(cache) {
  const own = [
    process.env.TRAILBOOK_TRINO_JAVA,
    process.env.JAVA_HOME && join(process.env.JAVA_HOME, 'bin/java'),
    'java',
  ]
  for (const java of own) if (java && fits(java)) return java
  const folder = join(cache, `java-${packaged.version}`)
  const java = join(folder, packaged.java, 'bin/java')
  if (!existsSync(folder)) fetchJava(cache, folder)
  if (!fits(java)) throw new Error(`${java} is no Java ${leastVersion} with ${vectors}`)
  return java
}

function fits(java) {
  const { status, stdout } = spawnSync(java, ['--list-modules'], { encoding: 'utf8' })
  if (status !== 0 || !stdout.includes(`${vectors}@`)) return false
  return Number(/java\.base@(\d+)/.exec(stdout)?.[1]) >= leastVersion
}

function fetchJava(cache, folder) {
  mkdirSync(cache, { recursive: true })
  const made = mkdtempSync(`${folder}.`)
  console.log(`fetching a Java runtime into ${folder}`)
  const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:']
  const wheel = ['--python-version', packaged.python, '--platform', platforms[process.arch] ?? process.arch]
  const run = (args) => execFileSync('python3', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  run([...pip, ...wheel, '--dest', made, `${packaged.name}==${packaged.version}`])
  const file = readdirSync(made).find((name) => name.endsWith('.whl'))
  run(['-m', 'zipfile', '-e', join(made, file), made])
  rmSync(join(made, file))
  // Zip files that Python unpacks lose who may execute what.
  for (const name of ['bin/java', 'lib/jspawnhelper'].map((path) => join(made, packaged.java, path)))
    if (existsSync(name)) chmodSync(name, 0o755)
  renameSync(made, folder)
}
