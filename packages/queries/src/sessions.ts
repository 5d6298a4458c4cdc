import type { Documents } from "@roundlot/api"
import { Clock, Instant } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { type Session, Sessions } from "@roundlot/core/ledger"
import { Effect } from "effect"
import type { ListDocument } from "./listing.ts"
import * as Columns from "./table.ts"

/** The document of a session: all of it but the secret, which its browser alone has. */
export const documentOf = (session: Session.Session): Documents.SessionDocument => ({
  id: session.id,
  token: session.token,
  person: session.person ?? null,
  host: session.host,
  openedAt: Instant.format(session.openedAt),
  expiresAt: Instant.format(session.expiresAt)
})

/** The browsers that are signed in, by token. */
export const list: Effect.Effect<
  ListDocument<Documents.SessionDocument>,
  TradeRepository.StoreError,
  TradeRepository.TradeRepository | Clock.Clock
> = Effect.gen(function* () {
  const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
  const open = (yield* Sessions.all).filter((session) => Sessions.isOpen(session, now))
  return { items: open.map(documentOf), nextCursor: null }
})

/** What people see of sessions. */
const columns: ReadonlyArray<Columns.TableColumn<Documents.SessionDocument>> = [
  Columns.ids("ID", (each) => each.id),
  Columns.words("TOKEN", (each) => each.token),
  Columns.words("PERSON", (each) => each.person),
  Columns.minor(Columns.words("HOST", (each) => each.host)),
  Columns.times("SIGNED IN", (each) => each.openedAt),
  Columns.times("EXPIRES", (each) => each.expiresAt)
]

/** Sessions as a table for people. */
export const table = Columns.tableOf<Documents.SessionDocument>(columns)
