// What a Trino server needs so that users sign in: a certificate of an own authority, passwords, and keys of tokens.
import { execFileSync } from 'node:child_process'
import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const quietly = { stdio: ['ignore', 'ignore', 'pipe'] }

/** The name that the certificate is for. */
export const host = 'localhost'

/**
 * Writes keys, certificates and the plugin into a folder.
 *
 * @returns lines for config.properties; `authority`: the file that clients must trust; `token(claims)`: a signed JSON Web Token
 */
export function signIn({ folder, home, port, user, password }) {
  const inFolder = (name) => join(folder, name)
  const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, ...quietly })
  const days = ['-days', '2']
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'authority.key',
    '-out',
    'authority.pem',
    ...days,
    '-subj',
    '/CN=Test authority',
  )
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'server.key', '-out', 'server.csr', '-subj', `/CN=${host}`)
  writeFileSync(inFolder('server.ext'), `subjectAltName=DNS:${host}\n`)
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'authority.pem',
    '-CAkey',
    'authority.key',
    '-CAcreateserial',
    '-out',
    'server.crt',
    ...days,
    '-extfile',
    'server.ext',
  )
  const keystore = inFolder('server.p12')
  openssl(
    'pkcs12',
    '-export',
    '-in',
    'server.crt',
    '-inkey',
    'server.key',
    '-out',
    keystore,
    '-passout',
    'pass:changeit',
  )
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(inFolder('tokens.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
  writeFileSync(
    inFolder('passwords.properties'),
    `password-authenticator.name=listed\nuser=${user}\npassword=${password}\n`,
  )
  const plugins = inFolder('plugin')
  mkdirSync(plugins)
  symlinkSync(join(home, 'plugin/hive'), join(plugins, 'hive'))
  passwordPlugin(folder, join(plugins, 'listed-passwords'))
  return {
    settings: {
      'http-server.https.enabled': true,
      'http-server.https.port': port,
      'http-server.https.keystore.path': keystore,
      'http-server.https.keystore.key': 'changeit',
      'http-server.authentication.type': 'PASSWORD,JWT',
      'http-server.authentication.jwt.key-file': inFolder('tokens.pem'),
      // The test's own questions go that way; the connections under test do not.
      'http-server.authentication.allow-insecure-over-http': true,
      'password-authenticator.config-files': inFolder('passwords.properties'),
      'internal-communication.shared-secret': randomBytes(24).toString('base64'),
      'plugin.dir': plugins,
    },
    url: `https://${host}:${port}`,
    authority: inFolder('authority.pem'),
    token: (claims, key = privateKey) => signed(claims, key),
  }
}

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

function signed(claims, key) {
  const body = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded(claims)}`
  return `${body}.${createSign('RSA-SHA256').update(body).sign(key, 'base64url')}`
}

/** The parts of the server's interface for plugins that the plugin names: its own classes are newer than the compiler may be. */
const stubs = {
  'io/trino/spi/Plugin.java': `package io.trino.spi;
public interface Plugin { Iterable<io.trino.spi.security.PasswordAuthenticatorFactory> getPasswordAuthenticatorFactories(); }`,
  'io/trino/spi/security/PasswordAuthenticatorFactory.java': `package io.trino.spi.security;
public interface PasswordAuthenticatorFactory { String getName(); PasswordAuthenticator create(java.util.Map<String, String> config); }`,
  'io/trino/spi/security/PasswordAuthenticator.java': `package io.trino.spi.security;
public interface PasswordAuthenticator { java.security.Principal createAuthenticatedPrincipal(String user, String password); }`,
  'io/trino/spi/security/BasicPrincipal.java': `package io.trino.spi.security;
public class BasicPrincipal implements java.security.Principal { public BasicPrincipal(String name) {} public String getName() { return null; } }`,
  'io/trino/spi/security/AccessDeniedException.java': `package io.trino.spi.security;
public class AccessDeniedException extends RuntimeException { public AccessDeniedException(String message) {} }`,
}

/** Trino's own authenticators of passwords are not on Maven Central for this release; the server's side of HTTP basic is. */
const plugin = `import io.trino.spi.security.*;
import java.util.*;

public final class ListedPasswords implements io.trino.spi.Plugin, PasswordAuthenticatorFactory {
    public Iterable<PasswordAuthenticatorFactory> getPasswordAuthenticatorFactories() { return List.of(this); }
    public String getName() { return "listed"; }
    public PasswordAuthenticator create(Map<String, String> config) {
        return (user, password) -> {
            if (!user.equals(config.get("user")) || !password.equals(config.get("password")))
                throw new AccessDeniedException("Invalid credentials");
            return new BasicPrincipal(user);
        };
    }
}
`

function passwordPlugin(folder, target) {
  const source = join(folder, 'plugin-source')
  for (const [path, text] of Object.entries({ ...stubs, 'ListedPasswords.java': plugin })) {
    mkdirSync(join(source, path, '..'), { recursive: true })
    writeFileSync(join(source, path), text)
  }
  const own = join(folder, 'plugin-classes')
  mkdirSync(join(own, 'META-INF/services'), { recursive: true })
  writeFileSync(join(own, 'META-INF/services/io.trino.spi.Plugin'), 'ListedPasswords\n')
  execFileSync(
    'javac',
    ['--release', '17', '-d', join(folder, 'plugin-stubs'), ...Object.keys(stubs).map((path) => join(source, path))],
    quietly,
  )
  execFileSync(
    'javac',
    ['--release', '17', '-cp', join(folder, 'plugin-stubs'), '-d', own, join(source, 'ListedPasswords.java')],
    quietly,
  )
  mkdirSync(target)
  execFileSync('jar', ['--create', '--file', join(target, 'listed-passwords.jar'), '-C', own, '.'], quietly)
}
