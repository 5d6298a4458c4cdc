import { expect, test } from "vitest"
import type { Name } from "./desks.ts"
import { EVERYWHERE, type Lie, type PlacedLie } from "./Lie.ts"
import { play } from "./round.ts"

// Lies that were believed once. Rounds that draw theirs by a seed need not meet them.

const MILLION = 1_000_000n
const TRILLION = 1_000_000_000_000n

/** From the first message on, of its last change as it was. */
const lying = (lie: Lie, where: string, times = Infinity): PlacedLie => ({ lie, where, from: 0, times, stamp: "kept" })

const placedAll = (status: number, where: string): PlacedLie => lying({ what: "refused though placed", status }, where)

const seen: ReadonlyArray<readonly [name: Name, what: string, lie: PlacedLie]> = [
  [
    "alpaca",
    "one answer has its shares times 10^12",
    lying({ what: "quantity", of: "all", by: TRILLION }, "GET /v2/orders/{id}", 1)
  ],
  ["alpaca", "403 in its words answers orders that it placed", placedAll(403, "POST /v2/orders")],
  ["schwab", "executions have shares times 10^6", lying({ what: "quantity", of: "executed", by: MILLION }, EVERYWHERE)],
  ["schwab", "all shares are times 10^6", lying({ what: "quantity", of: "all", by: MILLION }, EVERYWHERE)],
  ["schwab", "prices are times 1,000", lying({ what: "price", by: 1000n }, EVERYWHERE)],
  ["schwab", "times are times 1,000", lying({ what: "time", by: "thousandfold" }, EVERYWHERE)],
  ["schwab", "sides are swapped", lying({ what: "side" }, EVERYWHERE)],
  ["schwab", "400 in its words answers orders that it placed", placedAll(400, "POST /accounts/{hash}/orders")],
  ["ibkr", "all shares are times 10^12", lying({ what: "quantity", of: "all", by: TRILLION }, EVERYWHERE)],
  ["ibkr", "201 answers orders that it placed", placedAll(400, "PLACE_ORDER")],
  ["ibkr", "the login has a live account", lying({ what: "account", number: "U7654321" }, "MANAGED_ACCTS")],
  ["ibkr", "the login has no account", lying({ what: "account", number: "" }, "MANAGED_ACCTS")],
  ["ibkr", "the next order's id was used", lying({ what: "id", is: "1" }, "NEXT_VALID_ID")],
  ["ibkr", "the next order's id is negative", lying({ what: "id", is: "-1" }, "NEXT_VALID_ID")],
  ["ibkr", "the next order's id is beyond all", lying({ what: "id", is: "4000000000000" }, "NEXT_VALID_ID")],
  ["ibkr", "the next order's id is that of orders by hand", lying({ what: "id", is: "2147483647" }, "NEXT_VALID_ID")],
  ["ibkr", "prices of ticks are times 1,000", lying({ what: "price", by: 1000n }, "TICK_PRICE")],
  ["ibkr", "holdings are another account's", lying({ what: "account", number: "DU7654321" }, "POSITION")],
  ["ibkr", "orders are another account's", lying({ what: "account", number: "DU7654321" }, "OPEN_ORDER")],
  ["ibkr", "executions are another account's", lying({ what: "account", number: "DU7654321" }, "EXECUTION_DATA")],
  ["ibkr", "all is another account's", lying({ what: "account", number: "DU7654321" }, EVERYWHERE)],
  ["paper", "all shares are times 10^12", lying({ what: "quantity", of: "all", by: TRILLION }, EVERYWHERE)],
  ["paper", "422 answers orders that it placed", placedAll(422, "place")]
]

/** In these rounds TWS is asked for each of them while it lies. */
const seeds = { alpaca: "1", schwab: "1", ibkr: "6", paper: "1" } as const

const LONGEST_ROUND_MS = 600_000

test.each(seen)(
  "ACC-2, W1 to W14: %s: %s: nothing is lost, doubled or left hanging, and orders go out again",
  async (name, _, lie) => {
    const { found, orders, story } = await play(name, seeds[name], [lie])
    expect(found).toEqual([])
    expect([story.some((line) => line.includes("lie at")), orders > 0]).toEqual([true, true])
  },
  LONGEST_ROUND_MS
)
