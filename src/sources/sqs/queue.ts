import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { type AwsClients, environmentEndpoint } from '../../aws/clients.ts'
import { awsError } from '../../aws/errors.ts'
import type { Queue, QueueMessage } from './follow.ts'

/** Of one request (SQS API Reference). */
const mostMessages = 10

/** A queue by its URL; its Region is in the URL where AWS has made it. */
export function sqsQueue(url: string, clients: AwsClients): Queue {
  const region = /^https:\/\/(?:sqs\.)?([a-z]{2,}(?:-[a-z0-9]+)+)\.(?:amazonaws|queue\.amazonaws)\./.exec(url)?.[1]
  // The queue lies where its URL says; --endpoint is that of the buckets.
  const endpoint = environmentEndpoint('SQS') ?? new URL(url).origin
  const config = { ...clients.config(region), endpoint, useQueueUrlAsEndpoint: false }
  const client = new SQSClient(config)
  const named = (error: unknown, permission: string): unknown =>
    awsError(error, { permission, resource: url, endpoint: config.endpoint })
  const inTens = async (
    messages: readonly QueueMessage[],
    send: (some: readonly (QueueMessage & { readonly at: string })[]) => Promise<unknown>,
  ): Promise<void> => {
    for (let at = 0; at < messages.length; at += mostMessages)
      await send(messages.slice(at, at + mostMessages).map((message, index) => ({ ...message, at: String(index) })))
  }
  return {
    async receive({ waitSeconds, visibilitySeconds, signal }) {
      try {
        const { Messages = [] } = await client.send(
          new ReceiveMessageCommand({
            QueueUrl: url,
            MaxNumberOfMessages: mostMessages,
            WaitTimeSeconds: waitSeconds,
            VisibilityTimeout: visibilitySeconds,
          }),
          signal === undefined ? {} : { abortSignal: signal },
        )
        return Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '' }) => ({
          id: MessageId,
          handle: ReceiptHandle,
          body: Body,
        }))
      } catch (error) {
        throw named(error, 'sqs:ReceiveMessage')
      }
    },
    async remove(messages) {
      await inTens(messages, (some) =>
        client.send(
          new DeleteMessageBatchCommand({
            QueueUrl: url,
            Entries: some.map(({ at, handle }) => ({ Id: at, ReceiptHandle: handle })),
          }),
        ),
      ).catch((error: unknown) => {
        throw named(error, 'sqs:DeleteMessage')
      })
    },
    async extend(messages, seconds) {
      await inTens(messages, (some) =>
        client.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl: url,
            Entries: some.map(({ at, handle }) => ({ Id: at, ReceiptHandle: handle, VisibilityTimeout: seconds })),
          }),
        ),
      ).catch((error: unknown) => {
        throw named(error, 'sqs:ChangeMessageVisibility')
      })
    },
    close: () => client.destroy(),
  }
}
