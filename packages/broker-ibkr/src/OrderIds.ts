/** What orders that were entered by hand have as their order id, beside none and 0: the largest that there is. */
export const OF_HAND = "2147483647"

/** Ids for the orders of one client, each given once. */
export interface OrderIds {
  /** TWS has named an id of this client: those up to it are taken. An order that is placed under the id of an open one changes that. */
  readonly isTaken: (orderId: string) => void
  /** The next id that TWS would take; false where no order of a program can have it, and nothing changes then. */
  readonly isNext: (orderId: number) => boolean
  /** None where those that an order can have are used up. */
  readonly take: () => number | undefined
}

/** The ids of a client that has placed nothing yet. They outlive a connection: TWS may not have seen yet what was sent on it. */
export const make = (): OrderIds => {
  let next = 1
  const isNext = (orderId: number): boolean => {
    if (!Number.isInteger(orderId) || orderId >= Number(OF_HAND)) return false
    next = Math.max(next, orderId)
    return true
  }
  return {
    isNext,
    isTaken: (orderId) => {
      isNext(Number(orderId) + 1)
    },
    take: () => (next < Number(OF_HAND) ? next++ : undefined)
  }
}
