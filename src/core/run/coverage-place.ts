/** Where events are logged, and what is judged there. */

/** `*` stands for any; an event may name neither. */
export interface Place {
  readonly account: string
  readonly region: string
}

/** What coverage is judged of, one by one: a class of events in an account and Region. */
export interface Cell extends Place {
  readonly eventClass: string
}

export const isManagement = (eventClass: string): boolean => eventClass.startsWith('management:')

/** `account 111122223333 in us-east-1`, for the middle of a sentence. */
export function placeOf(cell: Place): string {
  const account =
    cell.account === '*' ? 'any account' : cell.account === '' ? 'events without an account' : `account ${cell.account}`
  const region = cell.region === '*' ? 'any region' : cell.region === '' ? 'no region' : cell.region
  return `${account} in ${region}`
}

export const keyOf = ({ account, region }: Place): string => `${account} ${region}`
