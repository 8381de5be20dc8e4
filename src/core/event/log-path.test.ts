import { describe, expect, test } from 'vitest'
import { type LogPath, parseLogPath } from './log-path.ts'

const name = '111122223333_CloudTrail_us-east-1_20230710T1145Z_7xgocspSowgK0Gto.json.gz'

describe('the path of a log file', () => {
  test.each<[string, LogPath]>([
    [
      `AWSLogs/111122223333/CloudTrail/us-east-1/2023/07/10/${name}`,
      { account: '111122223333', region: 'us-east-1', folder: 'CloudTrail', delivered: '2023-07-10T11:45:00Z' },
    ],
    [
      `/data/some-prefix/AWSLogs/o-exampleorgid/111122223333/CloudTrail/us-gov-west-1/2023/07/10/${name.replace('us-east-1', 'us-gov-west-1')}`,
      {
        account: '111122223333',
        organization: 'o-exampleorgid',
        region: 'us-gov-west-1',
        folder: 'CloudTrail',
        delivered: '2023-07-10T11:45:00Z',
      },
    ],
    [
      // Control Tower: the organisation is the prefix, too.
      `o-exampleorgid/AWSLogs/o-exampleorgid/444455556666/CloudTrail/cn-north-1/2023/07/10/444455556666_CloudTrail_cn-north-1_20230710T1145Z_a.json.gz`,
      {
        account: '444455556666',
        organization: 'o-exampleorgid',
        region: 'cn-north-1',
        folder: 'CloudTrail',
        delivered: '2023-07-10T11:45:00Z',
      },
    ],
    [
      'AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2023/07/10/111122223333_CloudTrail-Digest_us-east-1_my_trail_eu-west-1_20230710T114512Z.json.gz',
      { account: '111122223333', region: 'us-east-1', folder: 'CloudTrail-Digest', delivered: '2023-07-10T11:45:12Z' },
    ],
    [
      'AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2023/07/10/111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20230710T114512Z_backfill.json.gz',
      { account: '111122223333', region: 'us-east-1', folder: 'CloudTrail-Digest', delivered: '2023-07-10T11:45:12Z' },
    ],
    [
      `flat/${name}`,
      { account: '111122223333', region: 'us-east-1', folder: 'CloudTrail', delivered: '2023-07-10T11:45:00Z' },
    ],
    [
      'C:\\logs\\AWSLogs\\111122223333\\CloudTrail\\eu-west-1\\2023\\07\\10\\renamed.json',
      { account: '111122223333', region: 'eu-west-1', folder: 'CloudTrail' },
    ],
    ['events.json', {}],
    ['AWSLogs/111122223333/CloudTrail/', {}],
    [
      '111122223333_CloudTrail_us-east-1_20231310T1145Z_x.json.gz',
      { account: '111122223333', region: 'us-east-1', folder: 'CloudTrail' },
    ],
  ])('%s', (path, expected) => {
    expect(parseLogPath(path)).toEqual(expected)
  })
})
