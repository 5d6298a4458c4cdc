import type { Simulator } from "@roundlot/broker-ibkr/simulator"
import { Decimal, Instant, Price, Ticker } from "@roundlot/core"
import { Quote } from "@roundlot/core/adapter"
import { Clock, Effect } from "effect"
import { describe, expect, it } from "vitest"
import { open } from "./setup.ts"

const NVDA = Ticker.Ticker.make("NVDA")

const A_MINUTE_MS = 60_000

/** The price that is believed of what TWS says of a symbol, and how many whole minutes old it is; or of what kind the failure is. */
const priced = (options: Simulator.Options = {}, symbol = NVDA): Promise<string> =>
  Effect.runPromise(Effect.scoped(read(options, symbol)))

const read = (options: Simulator.Options, symbol: Ticker.Ticker) =>
  Effect.gen(function* () {
    const { broker } = yield* open({ prices: new Map([["NVDA", Price.unsafe("180.125")]]), ...options })
    const quote = yield* Effect.either(broker.quote?.(symbol) ?? Effect.die("TWS has quotes"))
    if (quote._tag === "Left") return quote.left.kind
    const at = Instant.fromMillis(yield* Clock.currentTimeMillis)
    const reference = Quote.priceOf(quote.right, { symbol, source: "ibkr quote", at })
    if (reference._tag === "NoPrice") return "none"
    const minutes = Math.floor(Instant.millisBetween(reference.at, at) / A_MINUTE_MS)
    return `${Decimal.format(reference.price)} of ${minutes} min ago`
  })

describe("D3: the quotes of TWS, over sockets", () => {
  it("are the last trade of a snapshot", async () => {
    expect(await priced()).toBe("180.125 of 0 min ago")
  })

  it("are as old as delayed data is, where nothing else is subscribed to", async () => {
    expect(await priced({ marketData: "delayed" })).toBe("180.125 of 15 min ago")
  })

  it("are none where no data is subscribed to, and where there is no such stock", async () => {
    expect(await priced({ marketData: "none" })).toBe("none")
    expect(await priced({}, Ticker.Ticker.make("NOPE1"))).toBe("none")
  })
})
