/** Messages that TWS takes of one connection within a second. */
export const MESSAGES_A_SECOND = 50

const SECOND_MILLIS = 1000

/**
 * Counts what a client sends: told the time of each message in milliseconds, it says whether that one is more than TWS takes within
 * any second.
 */
export const pace = (most: number): ((atMillis: number) => boolean) => {
  const lately: Array<number> = []
  return (atMillis) => {
    lately.push(atMillis)
    while ((lately[0] ?? atMillis) <= atMillis - SECOND_MILLIS) lately.shift()
    return lately.length > most
  }
}
