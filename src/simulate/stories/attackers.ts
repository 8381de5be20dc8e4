/** Where attackers call from. Nobody else has these addresses and tools: ordinary traffic stays below .205 of each range. */
import type { Place } from '../principals.ts'

export const attackers = {
  guesser: {
    address: '203.0.113.210',
    agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  },
  keyFinder: {
    address: '198.51.100.231',
    agent: 'Boto3/1.29.7 md/Botocore#1.32.7 ua/2.0 os/linux#6.8.0 md/arch#x86_64 lang/python#3.11.4',
  },
  secondHand: {
    address: '2001:db8:bad:7::1f',
    agent: 'aws-cli/2.15.30 Python/3.11.8 Linux/6.6.9-amd64 exe/x86_64.kali.2024',
  },
  instanceThief: {
    address: '198.51.100.244',
    agent: 'aws-cli/2.15.30 Python/3.11.8 Linux/6.6.9-amd64 exe/x86_64.kali.2024',
  },
  rootThief: {
    address: '192.0.2.222',
    agent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  },
  bucketThief: { address: '203.0.113.233', agent: 'S3 Browser/11.6.7 (https://s3browser.com)' },
  insider: { address: '192.0.2.240', agent: 'aws-cli/2.13.9 Python/3.11.4 Windows/10 exe/AMD64 prompt/off' },
  climber: { address: '198.51.100.250', agent: 'python-requests/2.31.0' },
  phisher: {
    address: '203.0.113.245',
    agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0',
  },
  miner: { address: '192.0.2.251', agent: 'Boto3/1.26.90 Python/3.9.2 Linux/5.10.0-28-cloud-amd64 Botocore/1.29.90' },
} as const satisfies Record<string, Place>

/** Names that exist in stories only. */
export const storyNames = [
  'contractor-temp',
  'svc-metrics-sync',
  'data-migration',
  'migration-target',
  'orders-cache-warmer',
] as const
