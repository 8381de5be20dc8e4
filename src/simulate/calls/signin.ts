import type { Call } from '../record.ts'

interface SignIn {
  readonly region: string
  readonly mfa: boolean
  readonly mfaDevice?: string
  readonly failure?: 'Failed authentication' | 'No username found in supplied account'
}

/** A failed sign-in has a message and no error code. */
export function consoleLogin({ region, mfa, mfaDevice, failure }: SignIn): Call {
  return {
    service: 'signin',
    name: 'ConsoleLogin',
    read: false,
    type: 'AwsConsoleSignIn',
    ...(failure !== undefined && { failure: { message: failure } }),
    response: { ConsoleLogin: failure === undefined ? 'Success' : 'Failure' },
    extra: {
      LoginTo: `https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true`,
      MobileVersion: 'No',
      MFAUsed: mfa ? 'Yes' : 'No',
      ...(mfa && mfaDevice !== undefined && { MFAIdentifier: mfaDevice }),
    },
    host: region === 'us-east-1' ? 'signin.aws.amazon.com' : `${region}.signin.aws.amazon.com`,
  }
}

export const checkMfa = (region: string): Call => ({
  service: 'signin',
  name: 'CheckMfa',
  read: false,
  type: 'AwsConsoleSignIn',
  response: { CheckMfa: 'Success' },
  extra: { MfaType: 'Virtual MFA' },
  host: region === 'us-east-1' ? 'signin.aws.amazon.com' : `${region}.signin.aws.amazon.com`,
})
