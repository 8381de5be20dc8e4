/** Messages in the order in which they came, for one reader. */
export interface Mailbox<T> {
  put(message: T): void
  fail(error: Error): void
  until(last: (message: T) => boolean, onEnd: () => void): AsyncGenerator<T>
}

export function createMailbox<T>(): Mailbox<T> {
  const messages: T[] = []
  let error: Error | undefined
  let arrived: () => void = () => {}
  return {
    put(message) {
      messages.push(message)
      arrived()
    },
    fail(reason) {
      error = reason
      arrived()
    },
    async *until(last, onEnd) {
      for (let at = 0; ; ) {
        if (error !== undefined) throw error
        if (at < messages.length) {
          const message = messages[at]!
          messages[at++] = undefined!
          yield message
          if (last(message)) {
            onEnd()
            return
          }
        } else {
          messages.length = 0
          at = 0
          await new Promise<void>((resolve) => {
            arrived = resolve
          })
        }
      }
    },
  }
}
