import type { Books } from "../Books.ts"
import { joinKey } from "../../tables/Table.ts"
import { must, type Of, type Place } from "./place.ts"

/** A token is good from now on. A name is given once: a second token of it would hide what became of the first. */
export const tokenCreated = (books: Books, event: Of<"TokenCreated">, place: Place): void => {
  const { accounts, actor, expiresAt, hash, name, notionalPerDay, ordersPerDay, person, role } = event
  if (books.tokens.get(name) !== undefined) throw new Error(`token ${name} was made before`)
  books.tokens.put({
    name,
    role,
    hash,
    previousHash: undefined,
    previousUntil: undefined,
    createdAt: place.at,
    createdBy: actor,
    expiresAt,
    ordersPerDay,
    notionalPerDay,
    accounts,
    person,
    revokedAt: undefined,
    revokedBy: undefined,
    version: place.seq
  })
}

/** A token has another secret. The browsers that signed in with it stay no longer than the secret before. */
export const tokenRotated = (books: Books, event: Of<"TokenRotated">, place: Place): void => {
  const { hash, name, previousUntil } = event
  const known = must(books.tokens.get(name), `token ${name}`)
  const previousHash = previousUntil === undefined ? undefined : known.hash
  books.tokens.put({ ...known, hash, previousHash, previousUntil, version: place.seq })
  const until = previousUntil ?? place.at
  for (const session of books.sessions.find("token", [name]))
    if (session.expiresAt > until) books.sessions.put({ ...session, expiresAt: until, version: place.seq })
}

/** A token is void. */
export const tokenRevoked = (books: Books, { actor, name }: Of<"TokenRevoked">, place: Place): void => {
  const known = must(books.tokens.get(name), `token ${name}`)
  books.tokens.put({ ...known, revokedAt: place.at, revokedBy: actor, version: place.seq })
}

/** A browser is signed in. A session that had the seat before has ended. */
export const sessionOpened = (books: Books, event: Of<"SessionOpened">, place: Place): void => {
  const { accounts, expiresAt, hash, host, id, issuer, person, role, seat, token } = event
  books.sessions.put({
    token,
    seat,
    id,
    hash,
    host,
    openedAt: place.at,
    expiresAt,
    issuer,
    person,
    role,
    accounts,
    endedAt: undefined,
    endedBy: undefined,
    version: place.seq
  })
}

/** A browser is signed in no more. */
export const sessionEnded = (books: Books, { actor, id, seat, token }: Of<"SessionEnded">, place: Place): void => {
  const known = must(books.sessions.get(joinKey([token, seat])), `session ${id}`)
  books.sessions.put({ ...known, endedAt: place.at, endedBy: actor, version: place.seq })
}
