// A Trino server out of the artefacts on Maven Central: Maven resolves them, as ~/.m2/settings.xml says (mirrors, proxies).
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The newest release whose parts are all there; its server archive is not. */
export const version = '483'

/** What `lib` and each folder of `plugin` hold: an artefact with all that it needs at run time. */
const parts = [
  { folder: 'lib', artifact: 'trino-main' },
  { folder: 'plugin/hive', artifact: 'trino-hive', service: 'io.trino.plugin.hive.HivePlugin' },
]

/** The server's own starter is part of the archive only. */
const starter = `public final class StartTrino {
    public static void main(String[] args) throws Exception {
        Class<?> server = Class.forName("io.trino.server.Server");
        server.getMethod("start", String.class).invoke(server.getConstructor().newInstance(), args[0]);
    }
}
`

/** @returns the folder with `lib`, `plugin` and `classes` */
export function ensureTrino(cache) {
  const folder = join(cache, `trino-${version}`)
  if (existsSync(folder)) return folder
  console.log(`fetching Trino ${version} into ${folder}`)
  mkdirSync(cache, { recursive: true })
  const made = mkdtempSync(`${folder}.`)
  for (const { folder: part, artifact, service } of parts) {
    const target = join(made, part)
    resolve(made, artifact, target)
    if (service !== undefined) addService(made, target, service)
  }
  const classes = join(made, 'classes')
  mkdirSync(classes)
  writeFileSync(join(classes, 'StartTrino.java'), starter)
  execFileSync('javac', ['--release', '17', '-d', classes, join(classes, 'StartTrino.java')], quietly)
  renameSync(made, folder)
  return folder
}

const quietly = { stdio: ['ignore', 'ignore', 'inherit'] }

function resolve(made, artifact, target) {
  const dependency = (name, more) =>
    `<dependency><groupId>io.trino</groupId><artifactId>${name}</artifactId><version>${version}</version>${more}</dependency>`
  const pom = join(made, `${artifact}.xml`)
  writeFileSync(
    pom,
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>trailbook.test</groupId><artifactId>${artifact}-parts</artifactId><version>1</version>
<dependencyManagement><dependencies>${dependency('trino-root', '<type>pom</type><scope>import</scope>')}</dependencies></dependencyManagement>
<dependencies>${dependency(artifact, '')}</dependencies></project>
`,
  )
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${target}`]
  execFileSync('mvn', ['--batch-mode', '--quiet', '--file', pom, ...goal], { stdio: ['ignore', 'inherit', 'inherit'] })
}

/** Plugins are found by a service file, which the archive adds beside the plugin's own jar. */
function addService(made, target, service) {
  const services = join(made, 'services/META-INF/services')
  mkdirSync(services, { recursive: true })
  writeFileSync(join(services, 'io.trino.spi.Plugin'), `${service}\n`)
  execFileSync(
    'jar',
    ['--create', '--file', join(target, 'services.jar'), '-C', join(made, 'services'), 'META-INF'],
    quietly,
  )
}
