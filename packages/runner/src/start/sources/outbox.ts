import { Effect } from "effect"
import { type OutboxEntry, sourceUrl } from "@roundlot/daemon/configuration"
import { type Opening, rejectedTrades, sourceTrade } from "@roundlot/daemon"
import type { Settings } from "../../settings/Settings.ts"

/** Follows a table of an app's own Postgres. */
export const openOutbox = (name: string, { accept, columns, table }: OutboxEntry, settings: Settings): Opening =>
  Effect.gen(function* () {
    const url = yield* sourceUrl.urlOf(name, settings)
    const reject = yield* rejectedTrades.keepRejected(name, settings)
    const { OutboxSource } = yield* Effect.promise(() => import("@roundlot/source-outbox"))
    return yield* OutboxSource.make({
      url,
      table,
      columns,
      accept,
      read: sourceTrade.readTrade(name),
      reject
    })
  })
