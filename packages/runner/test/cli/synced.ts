import { Schema } from "effect"
import { desk } from "./roundlot.ts"
import { simulatedAt } from "./simulated.ts"

const Fill = Schema.Struct({
  id: Schema.String,
  orderId: Schema.String,
  execId: Schema.String,
  execIdBase: Schema.String,
  revision: Schema.Int,
  canonical: Schema.Boolean,
  quantity: Schema.String,
  price: Schema.NullOr(Schema.String),
  commission: Schema.NullOr(Schema.String)
})
const Exchanged = Schema.Struct({
  items: Schema.Array(Schema.Struct({ brokerOrderId: Schema.String, execId: Schema.optional(Schema.String) }))
})
const Fills = Schema.Struct({ items: Schema.Array(Fill) })

const MOVED = /"tag":"CursorMoved"/

/** Books of a tape at a simulator of their own, which are synced by verbs; with further words of that simulator's. */
export const books = async (store?: string, ...words: ReadonlyArray<string>) => {
  const made = desk(store)
  const tws = await simulatedAt("ibkr", made.folder, ...words)
  const at = ["--env-file", tws.envFile]
  const { json } = made
  return {
    ...made,
    tws,
    cleanup: tws.end,
    /** The lines of the journals, but those that say until when executions were read: that is later each time. */
    booked: async () => (await made.cli("journal", "export")).out.split("\n").filter((line) => !MOVED.test(line)),
    start: () => made.cli("start", "--until-idle", "--broker", "ibkr", ...at),
    exchange: (act: object, id: string) => made.plain(["exchange", "instruct", JSON.stringify({ id, do: act }), ...at]),
    /** What the exchange has, by its own ids. */
    exchanged: async (what: "orders" | "fills") => {
      const { out } = await made.plain(["exchange", what, "--json", ...at])
      return Schema.decodeUnknownSync(Schema.parseJson(Exchanged))(out).items
    },
    sync: (...more: ReadonlyArray<string>) => json("sync", "trades", ...at, ...more),
    syncPositions: () => json("sync", "positions", ...at),
    fills: async (...more: ReadonlyArray<string>) =>
      Schema.decodeUnknownSync(Fills)(await json("fills", "list", ...more)).items
  }
}
