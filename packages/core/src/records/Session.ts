import { Schema } from "effect"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"

/**
 * A browser that is signed in with a token: its own secret, of which only the hash is kept. Rows are seats of the token: one whose session
 * has ended is taken by the next, so that they are no more than may be signed in at a time. The store's own journal has all of them.
 */
export const Session = Schema.Struct({
  token: Column.text,
  seat: Column.integer,
  id: Column.text,
  /** SHA-256 of the secret, in hexadecimal. */
  hash: Column.text,
  /** The host and port at which it was opened: it is none at another. */
  host: Column.text,
  openedAt: Column.instant,
  expiresAt: Column.instant,
  endedAt: Column.optional(Column.instant),
  endedBy: Column.optional(Column.text),
  version: Column.integer
})

/** A browser that is signed in with a token. */
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
