import { Effect } from "effect"
import { describe, expect, test } from "vitest"
import * as Decimal from "../../src/values/Decimal.ts"
import { PositionTable } from "../../src/records/Position.ts"
import { UsageTable } from "../../src/records/Usage.ts"
import * as Audit from "../../src/services/Audit.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Submission from "../../src/services/Submission.ts"
import * as Price from "../../src/values/Price.ts"
import type { TradeInput } from "../../src/records/Trade.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import * as Stage from "./Stage.ts"
import { answered } from "../answered.ts"

/** What a new account makes of a trade over so many shares that names no price: its orders, and the answer of its position. */
const priceless = (shares: string, settings: Parameters<typeof Stage.opened>[0] = {}) =>
  madeOf({ ...Stage.trade("t1", shares), price: undefined }, settings)

/** The same of one at a price. */
const priced = (shares: string, price: string, settings: Parameters<typeof Stage.opened>[0] = {}) =>
  madeOf({ ...Stage.trade("t1", shares), price: Price.unsafe(price) }, settings)

const madeOf = async (trade: TradeInput, settings: Parameters<typeof Stage.opened>[0]) => {
  let found: { readonly orders: ReadonlyArray<string>; readonly answer: string | undefined } | undefined
  await Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened({ liftedLimits: [], ...settings })
      yield* Stage.driving
      yield* Stage.submit(trade)
      yield* Gates.confirmInstruments
      yield* Submission.submitPending(() => Effect.succeed(true))
      const orders = (yield* Stage.orders).map(({ quantity, status }) => `${status} ${Decimal.format(quantity)}`)
      const [position] = yield* Reads.all(PositionTable)
      found = { orders, answer: answered(position) }
    }),
    Stage.layer()
  )
  return found
}

describe("limits from the first order, of an account that has none of its own", () => {
  test("OpenResidual: 999,999,999,999,999,999 shares are not sent", async () => {
    expect(await priced("999999999999999999", "0.01")).toEqual({ orders: [], answer: "Refused(OpenResidual)" })
    expect(await priced("100001", "0.01")).toEqual({ orders: [], answer: "Refused(OpenResidual)" })
  })

  test("MaxQuantity: what is due is worked off by orders of 10,000 shares", async () => {
    const own = { maxOrderQuantity: Quantity.unsafe("50000") }
    expect((await priced("100000", "1"))?.orders).toEqual(["submitted 10000"])
    expect((await priced("10000", "1"))?.orders).toEqual(["submitted 10000"])
    expect((await priced("100000", "1", own))?.orders).toEqual(["submitted 50000"])
  })

  test("MaxQuantity, OpenResidual: lifted by name, what is due goes in one order", async () => {
    const shares = { liftedLimits: ["orderQuantity", "openResidual", "orderNotional", "dailyNotional"] } as const
    expect((await priceless("200000", shares))?.orders).toEqual(["submitted 200000"])
  })

  test("MaxNotional, DailyNotional: lifted by name, an order may be worth more", async () => {
    const none = { liftedLimits: ["orderNotional", "dailyNotional"] } as const
    expect((await priced("1001", "10000", none))?.orders).toEqual(["submitted 1001"])
  })

  test("MaxNotional: with a price it is 100,000 dollars an order; a limit of its own is another", async () => {
    expect(await priced("1000", "100")).toEqual({ orders: ["submitted 1000"], answer: "OrderLive" })
    expect(await priced("1000", "100.01")).toEqual({ orders: [], answer: "Refused(MaxNotional)" })
    const more = { maxOrderNotional: Quantity.unsafe("100010") }
    expect((await priced("1000", "100.01", more))?.orders).toEqual(["submitted 1000"])
  })

  test("DailyNotional: with prices it is 10,000,000 dollars a day; a limit of its own is another", async () => {
    const large = { maxOrderNotional: Quantity.unsafe("20000000") }
    expect((await priced("1000", "10000", large))?.orders).toEqual(["submitted 1000"])
    expect(await priced("1001", "10000", large)).toEqual({ orders: [], answer: "Refused(DailyNotional)" })
    const more = { ...large, maxDailyNotional: Quantity.unsafe("20000000") }
    expect((await priced("1001", "10000", more))?.orders).toEqual(["submitted 1001"])
  })

  test("DailyNotional: what was sent on the market date counts, without the moments of an account that has no limit a minute", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened({ liftedLimits: [], maxOrderNotional: Quantity.unsafe("20000000") })
        yield* Stage.driving
        yield* Stage.submit({ ...Stage.trade("t1", "600"), price: Price.unsafe("10000") })
        yield* Gates.confirmInstruments
        yield* Submission.submitPending(() => Effect.succeed(true))
        yield* Stage.submit({ ...Stage.trade("t2", "401", "KO"), price: Price.unsafe("10000") })
        yield* Gates.confirmInstruments
        const positions = yield* Reads.all(PositionTable)
        expect(positions.map((each) => [each.symbol, answered(each)])).toEqual([
          ["AAPL", "OrderLive"],
          ["KO", "Refused(DailyNotional)"]
        ])
        const usages = yield* Reads.all(UsageTable)
        expect(usages.map(({ dayNotional, lastMinute }) => [Decimal.format(dayNotional), lastMinute])).toEqual([
          ["6000000", []]
        ])
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      Stage.layer()
    ))
})
