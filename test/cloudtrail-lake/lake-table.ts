/** An event data store on a Trino server: the documented columns and types, made of records. */

/** Of the id's own form; the statements that are asked name it, and the server a table. */
export const storeId = '1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809'

const at = (path: string): string => `json_extract_scalar(line, '$.${path}')`
const time = (text: string): string => `CAST(from_iso8601_timestamp(${text}) AS timestamp(3))`
const texts = (names: readonly string[]): readonly (readonly [string, string])[] =>
  names.map((name) => [name.toLowerCase(), at(name)])

/** map<string,string>: texts as they are, everything else as its JSON. */
const map = (path: string): string =>
  `transform_values(TRY_CAST(json_extract(line, '$.${path}') AS map(varchar, json)), (k, v) -> coalesce(json_extract_scalar(v, '$'), IF(json_format(v) <> 'null', json_format(v))))`

type Fields = readonly (readonly [name: string, type: string | Fields])[]

const text = (names: string): Fields => names.split(' ').map((name) => [name, 'varchar'])

/** "Supported SQL schemas for event data stores", CloudTrail User Guide. */
const userIdentity: Fields = [
  ...text('type principalId arn accountId accessKeyId userName'),
  [
    'sessionContext',
    [
      [
        'attributes',
        [
          ['creationDate', 'timestamp(3)'],
          ['mfaAuthenticated', 'varchar'],
        ],
      ],
      ['sessionIssuer', text('type principalId arn accountId userName')],
      [
        'webIdFederationData',
        [
          ['federatedProvider', 'varchar'],
          ['attributes', 'map(varchar, varchar)'],
        ],
      ],
      ...text('sourceIdentity ec2RoleDelivery ec2IssuedInVpc'),
    ],
  ],
  ['onBehalfOf', text('userId identityStoreArn')],
  ['inScopeOf', text('sourceArn sourceAccount issuerType credentialsIssuedTo')],
  ...text('invokedBy identityProvider'),
]

const typeOf = (fields: Fields): string =>
  `row(${fields.map(([name, type]) => `"${name.toLowerCase()}" ${typeof type === 'string' ? type : typeOf(type)}`).join(', ')})`

function rowOf(path: string, fields: Fields): string {
  const cells = fields.map(([name, type]) => {
    const own = `${path}.${name}`
    if (typeof type !== 'string') return rowOf(own, type)
    return type.startsWith('map') ? map(own) : type.startsWith('timestamp') ? time(at(own)) : at(own)
  })
  const there = `TRY_CAST(json_extract(line, '$.${path}') AS map(varchar, json))`
  return `IF(${there} IS NULL, NULL, CAST(ROW(${cells.join(', ')}) AS ${typeOf(fields)}))`
}

const resources = `transform(TRY_CAST(json_extract(line, '$.resources') AS array(json)), r -> CAST(ROW(json_extract_scalar(r, '$.accountId'), json_extract_scalar(r, '$.type'), coalesce(json_extract_scalar(r, '$.ARN'), json_extract_scalar(r, '$.arn')), json_extract_scalar(r, '$.ARNPrefix')) AS row(accountid varchar, type varchar, arn varchar, arnprefix varchar)))`

const columns: readonly (readonly [name: string, value: string])[] = [
  ...texts(['eventVersion']),
  ['useridentity', rowOf('userIdentity', userIdentity)],
  ['eventtime', time(at('eventTime'))],
  ...texts(['eventSource', 'eventName', 'awsRegion', 'sourceIPAddress', 'userAgent', 'errorCode', 'errorMessage']),
  ['requestparameters', map('requestParameters')],
  ['responseelements', map('responseElements')],
  ['additionaleventdata', map('additionalEventData')],
  ...texts(['requestID', 'eventID']),
  ['readonly', `CAST(${at('readOnly')} AS boolean)`],
  ['resources', resources],
  ...texts(['eventType', 'apiVersion']),
  ['managementevent', `CAST(${at('managementEvent')} AS boolean)`],
  ...texts(['recipientAccountId', 'sharedEventID', 'annotation', 'vpcEndpointId', 'vpcEndpointAccountId']),
  ['serviceeventdetails', map('serviceEventDetails')],
  ['addendum', map('addendum')],
  ['edgedevicedetails', map('edgeDeviceDetails')],
  ['insightdetails', map('insightDetails')],
  ...texts(['eventCategory']),
  ['tlsdetails', rowOf('tlsDetails', text('tlsVersion cipherSuite clientProvidedHostHeader'))],
  ...texts(['sessionCredentialFromConsole']),
  ['eventjson', 'line'],
  ['eventjsonchecksum', 'to_hex(sha256(to_utf8(line)))'],
]

/** Statements that make the table of a folder with one record a line. */
export const storeStatements = (schema: string, location: string): readonly string[] => [
  `CREATE SCHEMA IF NOT EXISTS hive.${schema}`,
  `CREATE TABLE hive.${schema}.lines (line varchar) WITH (format = 'TEXTFILE', external_location = '${location}')`,
  `CREATE TABLE hive.${schema}.events WITH (format = 'PARQUET') AS SELECT ${columns.map(([name, value]) => `${value} AS "${name}"`).join(', ')} FROM hive.${schema}.lines`,
]
