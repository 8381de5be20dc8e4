import { vi } from 'vitest'

/** Credentials of the documentation, and nothing of whoever runs the tests; `vi.unstubAllEnvs()` takes it back. */
export function stubAwsEnvironment(more: Readonly<Record<string, string>> = {}): void {
  const stubbed = {
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: '',
    AWS_REGION: 'us-east-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    ...more,
  }
  for (const [name, value] of Object.entries(stubbed)) vi.stubEnv(name, value)
}
