import { Schema } from "effect"
import { expect } from "vitest"
import { desk, HEADER } from "./roundlot.ts"
import { leaksOf, simulatedAt } from "./simulated.ts"
import type { Simulated } from "./simulated.ts"

const rows = [
  ["a1", "AAPL", "buy", "0.3"],
  ["a2", "AAPL", "buy", "0.5"],
  ["k1", "KO", "buy", "4.5"],
  ["a3", "AAPL", "buy", "0.4"],
  ["k2", "KO", "sell", "1.25"],
  ["s1", "SPY", "sell", "2.5"],
  ["a4", "AAPL", "sell", "0.9"]
]
const tape = [HEADER, ...rows.map(([id, ...rest]) => `${id},2026-01-02T15:00:00Z,${rest.join()},100`), ""].join("\n")

const Fills = Schema.Struct({
  items: Schema.Array(
    Schema.Struct({ quantity: Schema.String, price: Schema.String, commission: Schema.NullOr(Schema.String) })
  )
})
const Positions = Schema.Struct({
  items: Schema.Array(Schema.Struct({ symbol: Schema.String, hedged: Schema.String, residual: Schema.String }))
})

const Orders = Schema.decodeUnknownSync(
  Schema.Struct({
    items: Schema.Array(Schema.Struct({ id: Schema.String, symbol: Schema.String, brokerOrderId: Schema.String }))
  })
)
const Attempts = Schema.decodeUnknownSync(
  Schema.Struct({ items: Schema.Array(Schema.Struct({ id: Schema.String, orderId: Schema.String })) })
)

/** What the main job left in the books. */
interface Left {
  readonly positions: ReadonlyArray<string>
  /** Quantity and price of each fill, and its commission where the broker tells it. */
  readonly fills: ReadonlyArray<string>
}

/**
 * The main job at a simulator of its own, with more flags for `start`: trades go in, whole orders out, fills come back. The audit
 * must agree, every attempt must show its request and its answer, and the broker's secret must stand in nothing that was printed or kept.
 */
export const mainJobAt = async (broker: Simulated, ...more: ReadonlyArray<string>): Promise<Left> => {
  const { cli, file, folder, json } = desk()
  const client = await simulatedAt(broker, folder)
  const { end, envFile } = client
  const imported = await cli("trades", "import", file("t.csv", tape), "--account", "paper")
  const start = ["start", "--until-idle", "--broker", broker, "--env-file", envFile]
  const started = await cli(...start, "--order-polling-interval", "200ms", "--order-polling-max-jitter", "0s", ...more)
  expect(started).toMatchObject({ code: 0 })
  expect(await json("audit")).toMatchObject({ ok: true })
  const positions = Schema.decodeUnknownSync(Positions)(await json("positions", "list"))
  const fills = Schema.decodeUnknownSync(Fills)(await json("fills", "list"))
  const orders = Orders(await json("orders", "list")).items
  const attempts = Attempts(await json("attempts", "list")).items
  expect(attempts.map(({ orderId }) => orderId)).toEqual(orders.map(({ id }) => id))
  for (const [at, { id }] of attempts.entries()) {
    const [symbol, brokerOrderId] = [orders[at]?.symbol, orders[at]?.brokerOrderId]
    expect(await json("attempts", "show", id)).toMatchObject({
      number: 1,
      outcome: "accepted",
      brokerOrderId,
      request: { direction: "request", body: expect.stringContaining(symbol ?? "none") },
      response: { direction: "response", body: expect.any(String) }
    })
  }
  const printed = await end()
  expect(leaksOf(client, folder, [imported.out, imported.err, started.out, started.err, printed])).toEqual([])
  return {
    positions: positions.items.map((each) => Object.values(each).join(" ")).toSorted(),
    fills: fills.items.map((each) => Object.values(each).join(" ").trimEnd()).toSorted()
  }
}
