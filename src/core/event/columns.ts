/**
 * The portable event columns: one exhaustive table for every engine.
 *
 * Names and types follow the table that AWS documents for Athena ("Query AWS CloudTrail logs", Athena User Guide)
 * with the record's own camelCase, plus the identity fields of newer event versions, `managementEvent`,
 * `insightDetails`, and `extra` for whatever no column holds.
 */
import { array, type EventColumn, map, row, varchar } from './types.ts'

const text = (name: string, description: string): EventColumn => ({ name, type: varchar, form: 'text', description })
const json = (name: string, description: string): EventColumn => ({ name, type: varchar, form: 'json', description })
const struct = (name: string, type: EventColumn['type'], description: string): EventColumn => ({
  name,
  type,
  form: 'struct',
  description,
})

const issuer = row({ type: varchar, principalId: varchar, arn: varchar, accountId: varchar, userName: varchar })

const userIdentity = row({
  type: varchar,
  principalId: varchar,
  arn: varchar,
  accountId: varchar,
  invokedBy: varchar,
  accessKeyId: varchar,
  userName: varchar,
  onBehalfOf: row({ userId: varchar, identityStoreArn: varchar }),
  sessionContext: row({
    attributes: row({ mfaAuthenticated: varchar, creationDate: varchar }),
    sessionIssuer: issuer,
    ec2RoleDelivery: varchar,
    ec2IssuedInVpc: varchar,
    sourceIdentity: varchar,
    assumedRoot: varchar,
    webIdFederationData: row({ federatedProvider: varchar, attributes: map(varchar, varchar) }),
  }),
  inScopeOf: row({ sourceArn: varchar, sourceAccount: varchar, issuerType: varchar, credentialsIssuedTo: varchar }),
  credentialId: varchar,
  identityProvider: varchar,
  invokedByDelegate: row({ accountId: varchar }),
})

export const eventColumns: readonly EventColumn[] = [
  text('eventVersion', 'Version of the record format, "1.11" being newer than "1.9"'),
  struct('userIdentity', userIdentity, 'Who made the request'),
  text('eventTime', 'When the request completed: ISO 8601 text in UTC, to the second'),
  text('eventSource', 'The service, e.g. iam.amazonaws.com'),
  text('eventName', 'The action, e.g. CreateUser'),
  text('awsRegion', 'The Region that logged it; global services log in us-east-1'),
  text('sourceIPAddress', 'An address, a service name or "AWS Internal": not always an IP'),
  text('userAgent', 'The client, at most 1 KB'),
  text('errorCode', "The service's error; a failed console sign-in has none"),
  text('errorMessage', 'The error in words; of a denied call often the only place that names action and resource'),
  json('requestParameters', 'Parameters of the request as JSON text; denied calls often carry none'),
  json('responseElements', 'Parts of the response as JSON text; read-only calls carry none'),
  json('additionalEventData', 'Further data as JSON text'),
  text('requestID', 'Identifies the request'),
  text('eventID', 'Identifies the event; not unique where other content carries the same id'),
  text('readOnly', '"true" or "false" as text'),
  struct(
    'resources',
    array(row({ ARN: varchar, accountId: varchar, type: varchar, ARNPrefix: varchar })),
    'Resources that the event accessed',
  ),
  text(
    'eventType',
    'AwsApiCall, AwsServiceEvent, AwsConsoleAction, AwsConsoleSignIn, AwsVpceEvent, AwsCloudTrailInsight',
  ),
  text('apiVersion', 'Free text'),
  text('managementEvent', '"true" or "false" as text'),
  text('recipientAccountId', 'The account that received the event'),
  json('serviceEventDetails', 'What triggered a service event, as JSON text'),
  text('sharedEventID', 'Common to the copies of one action in several accounts'),
  text('vpcEndpointId', 'The VPC endpoint the request came through'),
  text('vpcEndpointAccountId', 'The account that owns the VPC endpoint'),
  text('eventCategory', 'Management, Data, NetworkActivity or Insight'),
  struct(
    'addendum',
    row({ reason: varchar, updatedFields: varchar, originalRequestID: varchar, originalEventID: varchar }),
    'Why a record was delivered late or again',
  ),
  text('sessionCredentialFromConsole', '"true" when the credentials came from a console session'),
  json('edgeDeviceDetails', 'Edge device as JSON text'),
  struct(
    'tlsDetails',
    row({ tlsVersion: varchar, cipherSuite: varchar, clientProvidedHostHeader: varchar, keyExchange: varchar }),
    'TLS of the request',
  ),
  json('insightDetails', 'What an Insights event found, as JSON text'),
  json('extra', "Members of the record that no column holds, as a JSON object with the record's own nesting"),
]
