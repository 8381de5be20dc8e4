/**
 * The virtual columns: defined once, in the portable SQL itself, over the event columns.
 * Sources: CloudTrail User Guide, "CloudTrail userIdentity element" and "AWS Management Console sign-in events";
 * IAM User Guide, "Troubleshoot access denied error messages" for the sentences of denied calls.
 */
interface VirtualColumn {
  readonly name: string
  readonly type: 'varchar' | 'boolean' | 'timestamp-tz'
  readonly sql: string
  readonly description: string
}

/** Codes of a refusal by access control; other services' spellings are caught by the sentence of the message. */
const deniedCode = "'(?i)access.?denied|unauthorized|not.?authorized|authorization.?error|forbidden|authfailure'"
const deniedMessage = "'(?i)not authorized to perform|with an explicit deny|access denied'"

export const virtualColumns: readonly VirtualColumn[] = [
  {
    name: 'event_time',
    type: 'timestamp-tz',
    sql: 'from_iso8601_timestamp(eventTime)',
    description: 'eventTime as a timestamp with time zone (UTC)',
  },
  {
    name: 'actor',
    type: 'varchar',
    // A session's own ARN drops the role's path and changes with every session name, so the issuing role stands for it.
    sql: `coalesce(
      CASE WHEN userIdentity.sessionContext.sessionIssuer.type = 'Role' THEN nullif(userIdentity.sessionContext.sessionIssuer.arn, '') END,
      nullif(userIdentity.arn, ''), nullif(userIdentity.invokedBy, ''), nullif(userIdentity.principalId, ''),
      nullif(userIdentity.userName, ''), nullif(userIdentity.accountId, ''))`,
    description:
      'Who acted: the role behind a session, else the ARN, else the invoking service, else whatever names it',
  },
  {
    name: 'outcome',
    type: 'varchar',
    // A failed console sign-in has no errorCode; managed Grafana logs the HTTP status "200" as one.
    sql: `CASE
      WHEN regexp_like(coalesce(errorCode, ''), ${deniedCode}) OR regexp_like(coalesce(errorMessage, ''), ${deniedMessage}) THEN 'denied'
      WHEN coalesce(errorCode, '') <> '' AND NOT regexp_like(errorCode, '^2[0-9][0-9]$') THEN 'failed'
      WHEN coalesce(errorMessage, '') <> '' THEN 'failed'
      WHEN eventSource = 'signin.amazonaws.com' AND coalesce(
        json_extract_scalar(responseElements, '$.ConsoleLogin'), json_extract_scalar(responseElements, '$.CheckMfa'),
        json_extract_scalar(responseElements, '$.SwitchRole'), json_extract_scalar(responseElements, '$.PasswordUpdated'),
        json_extract_scalar(responseElements, '$.PasswordRecoveryRequested')) = 'Failure' THEN 'failed'
      ELSE 'succeeded' END`,
    description: 'succeeded, denied or failed: from errorCode, errorMessage and sign-in results',
  },
  {
    name: 'denied_action',
    type: 'varchar',
    sql: `regexp_extract(errorMessage, 'not authorized to perform: ([A-Za-z0-9-]+:[A-Za-z0-9*]+)', 1)`,
    description: 'The IAM action that a denied call wanted, as its message names it',
  },
  {
    name: 'denied_resource',
    type: 'varchar',
    sql: `regexp_extract(errorMessage, 'not authorized to perform: [^ ]+ on resource: (.+?)(?: because | with an explicit deny|$)', 1)`,
    description: 'The resource that a denied call wanted, as its message names it: not always an ARN ("user NAME")',
  },
  {
    name: 'denied_by',
    type: 'varchar',
    sql: `regexp_extract(errorMessage, '(?:because no|explicit deny in an?) ([A-Za-z -]*(?:policy|boundary))', 1)`,
    description: 'The kind of policy that denied, as the message names it',
  },
  {
    name: 'is_service',
    type: 'boolean',
    // A call that a service passes on for somebody (invokedBy beside an ARN) is that somebody's act.
    sql: `coalesce(userIdentity.type, '') = 'AWSService' OR coalesce(eventType, '') = 'AwsServiceEvent'
      OR (userIdentity.arn IS NULL AND userIdentity.invokedBy IS NOT NULL)
      OR coalesce(userIdentity.sessionContext.sessionIssuer.arn, '') LIKE '%:role/aws-service-role/%'`,
    description: 'An AWS service acted for itself: noise to most questions',
  },
  {
    name: 'side',
    type: 'varchar',
    sql: `CASE WHEN userIdentity.accountId <> recipientAccountId THEN 'resource' ELSE 'caller' END`,
    description:
      'A cross-account call is logged twice with one sharedEventID: caller is the copy of the calling account, resource the other',
  },
]
