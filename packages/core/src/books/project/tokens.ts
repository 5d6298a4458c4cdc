import type { Books } from "../Books.ts"
import { must, type Of, type Place } from "./place.ts"

/** A token is good from now on. A name is given once: a second token of it would hide what became of the first. */
export const tokenCreated = (books: Books, event: Of<"TokenCreated">, place: Place): void => {
  const { actor, expiresAt, hash, name, role } = event
  if (books.tokens.get(name) !== undefined) throw new Error(`token ${name} was made before`)
  books.tokens.put({
    name,
    role,
    hash,
    createdAt: place.at,
    createdBy: actor,
    expiresAt,
    revokedAt: undefined,
    revokedBy: undefined,
    version: place.seq
  })
}

/** A token is void. */
export const tokenRevoked = (books: Books, { actor, name }: Of<"TokenRevoked">, place: Place): void => {
  const known = must(books.tokens.get(name), `token ${name}`)
  books.tokens.put({ ...known, revokedAt: place.at, revokedBy: actor, version: place.seq })
}
