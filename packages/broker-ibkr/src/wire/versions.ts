/** The oldest version of the protocol that is spoken here (docs/decisions/0035). */
export const OLDEST = 177
/** The newest one: from 201 on it is another protocol. */
export const NEWEST = 193

/** What a client offers. */
export const OFFER = `v${OLDEST}..${NEWEST}`

/** Is it one of them? */
export const isSpoken = (version: number): boolean =>
  Number.isInteger(version) && version >= OLDEST && version <= NEWEST

/** The highest version that a client's offer and TWS have in common; none where there is none, or the offer is no range. */
export const agreed = (offer: string, newest: number): number | undefined => {
  const [, first, last = first] = /^v(\d{1,9})(?:\.\.(\d{1,9}))?(?: .*)?$/s.exec(offer) ?? []
  const version = Math.min(Number(last), newest)
  return version >= Math.max(Number(first), OLDEST) ? version : undefined
}
