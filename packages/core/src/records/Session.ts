import { Schema } from "effect"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import { tokenRoles } from "./TokenRole.ts"

/**
 * A browser that is signed in with a token, or as a person whom an OpenID provider names: its own secret, of which only the hash is kept.
 * Rows are seats of the token or person: one whose session has ended is taken by the next, so that they are no more than may be signed in
 * at a time. The store's own journal has all of them.
 */
export const Session = Schema.Struct({
  /** The name of the token, or of the person as the actor of what he does. */
  token: Column.text,
  seat: Column.integer,
  id: Column.text,
  /** SHA-256 of the secret, in hexadecimal. */
  hash: Column.text,
  /** The host and port at which it was opened: it is none at another. */
  host: Column.text,
  openedAt: Column.instant,
  expiresAt: Column.instant,
  /** Of a person: the provider, how he is called there, and what he may do. Of a token's browser the token says that. */
  issuer: Column.optional(Column.text),
  person: Column.optional(Column.text),
  role: Column.optional(Column.literal(tokenRoles)),
  /** The accounts that the person may see and change; without them all that there is. */
  accounts: Column.optional(Column.texts),
  endedAt: Column.optional(Column.instant),
  endedBy: Column.optional(Column.text),
  version: Column.integer
})

/** A browser that is signed in. */
export type Session = typeof Session.Type

/** The table of sessions. */
export const SessionTable = Table.make({
  name: "sessions",
  schema: Session,
  key: ["token", "seat"],
  keyOf: (session): string => Table.joinKey([session.token, session.seat]),
  lookups: {
    token: { columns: ["token"], unique: false, where: undefined },
    id: { columns: ["id"], unique: true, where: undefined },
    hash: { columns: ["hash"], unique: true, where: undefined }
  }
})
