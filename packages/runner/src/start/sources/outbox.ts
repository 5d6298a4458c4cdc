import { Effect } from "effect"
import { type OutboxEntry, sourceUrl } from "@roundlot/daemon/configuration"
import type { Settings } from "../../settings/Settings.ts"
import type { Opening } from "./Opening.ts"
import { keepRejected } from "./rejectedTrades.ts"
import { readTrade } from "./sourceTrade.ts"

/** Follows a table of an app's own Postgres. */
export const openOutbox = (name: string, { accept, columns, table }: OutboxEntry, settings: Settings): Opening =>
  Effect.gen(function* () {
    const url = yield* sourceUrl.urlOf(name, settings)
    const reject = yield* keepRejected(name, settings)
    const { OutboxSource } = yield* Effect.promise(() => import("@roundlot/source-outbox"))
    return yield* OutboxSource.make({
      url,
      table,
      columns,
      accept,
      read: readTrade(name),
      reject
    })
  })
