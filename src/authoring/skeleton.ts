/** The first runbook of an author: short, whole, free of lint, and with cases that pass. */
export const skeleton = (id: string): string => {
  const title = titleOf(id)
  return `format: trailbook/v1
id: ${id}
title: ${title}
objective: Who stopped a trail, and was it expected?      # the question, in one sentence
severity: medium                                          # info | low | medium | high | critical
tags: [cloudtrail]
needs: [management:write]                                 # without these events "nothing found" means nothing

scope: { window: 7d }

steps:
  - id: calls
    title: ${title}
    why: A trail that was stopped records nothing of what comes next.
    query: |
      SELECT eventTime, eventName, actor, outcome, sourceIPAddress, recipientAccountId, eventID
      FROM cloudtrail_logs
      WHERE eventSource = 'cloudtrail.amazonaws.com'
        AND eventName = 'StopLogging'
        AND eventTime >= :window_from
      ORDER BY eventTime DESC
    expect: No rows.
    reading: A denied attempt matters too, because it shows the intent.
    finding:
      per: key
      key: [recipientAccountId, actor, eventName]         # the same finding is recognised next time
      severity: "{{ row.outcome == 'succeeded' ? 'high' : 'medium' }}"
      title: "{{ row.actor }} ran {{ row.eventName }} ({{ row.outcome }})"

cases:
  - name: somebody stops the trail
    given:
      - eventSource: cloudtrail.amazonaws.com
        eventName: StopLogging
        userIdentity: { type: IAMUser, userName: mallory }
    expect:
      calls: { rows: 1 }
      findings: [{ severity: high }]
      verdict: findings
  - name: a denied attempt is a finding too
    given:
      - eventSource: cloudtrail.amazonaws.com
        eventName: StopLogging
        errorCode: AccessDenied
    expect:
      calls: { rows: 1 }
      findings: [{ severity: medium }]
      verdict: findings
  - name: looking at a trail is not stopping it
    given:
      - eventSource: cloudtrail.amazonaws.com
        eventName: GetTrailStatus
    expect:
      calls: { rows: 0 }
      findings: []
      verdict: clear
`
}

const titleOf = (id: string): string => {
  const words = id.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
