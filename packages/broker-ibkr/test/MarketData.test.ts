import type { Simulator } from "@roundlot/broker-ibkr/simulator"
import { Decimal, Instant, Price, Ticker } from "@roundlot/core"
import { Quote } from "@roundlot/core/adapter"
import { Clock, Effect } from "effect"
import { describe, expect, it } from "vitest"
import { Message } from "../src/Message.ts"
import * as MarketData from "../src/MarketData.ts"
import { lineOf } from "./lineOf.ts"
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

/** The ticks of a snapshot by their types, and "end" where TWS ends it. */
type Snapshot = ReadonlyArray<readonly [type: string, value: string] | "end">

/** What each of several snapshots says of a halt. */
const haltsBy = (...snapshots: ReadonlyArray<Snapshot>) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const halts: MarketData.Halts = new Map()
      return yield* Effect.forEach(snapshots, (ticks) => {
        const { line, say } = lineOf({
          send: () => {
            for (const tick of ticks)
              say(
                tick === "end"
                  ? Message.TicksEnd({ reqId: "1" })
                  : Message.Tick({ reqId: "1", type: tick[0], value: tick[1] })
              )
          }
        })
        return Effect.map(MarketData.quote({ line: Effect.succeed(line) }, halts, NVDA), ({ isHalted }) => isHalted)
      })
    })
  )

const HALTED = ["49", "1"] as const
const prices = (lastSeconds: string) =>
  [
    ["1", "180.12"],
    ["2", "180.13"],
    ["4", "180.125"],
    ["45", lastSeconds]
  ] as const

describe("D2: what a snapshot of TWS says of halts", () => {
  it.each<[what: string, snapshots: ReadonlyArray<Snapshot>, said: ReadonlyArray<boolean | undefined>]>([
    ["prices alone are of a stock that trades", [prices("1000")], [false]],
    [
      "one that ends before its halt is said lifts nothing",
      [[HALTED, ...prices("1000")], prices("1000")],
      [true, undefined]
    ],
    ["a later trade lifts it", [[HALTED, ...prices("1000")], prices("1001"), prices("1001")], [true, false, false]],
    [
      "zero lifts it",
      [
        [HALTED, ...prices("1000")],
        [["49", "0"], ...prices("1000")]
      ],
      [true, false]
    ],
    [
      "minus one says nothing",
      [
        [HALTED, ...prices("1000")],
        [["49", "-1"], ...prices("1000")]
      ],
      [true, undefined]
    ],
    [
      "of one that came without a trade the next trade is the first",
      [[HALTED, "end"], prices("1000"), prices("1000"), prices("1001")],
      [true, undefined, undefined, false]
    ]
  ])("%s", async (_, snapshots, said) => {
    expect(await haltsBy(...snapshots)).toEqual(said)
  })
})
