SELECT eventTime, eventName, userIdentity.arn AS actor, sourceIPAddress, recipientAccountId, eventID
FROM cloudtrail_logs
WHERE eventSource = 'iam.amazonaws.com' AND eventName IN ('AttachRolePolicy', 'AttachUserPolicy', 'PutRolePolicy', 'PutUserPolicy', 'CreateAccessKey')
ORDER BY eventTime
