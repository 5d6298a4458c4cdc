import { describe, expect, test } from "vitest"
import { AccountTable, type AccountSettings } from "../../src/records/Account.ts"
import { declare } from "../../src/rules/account/declare.ts"
import * as Commands from "../../src/rules/operator/commands.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Price from "../../src/values/Price.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import * as terms from "../../src/rules/position/terms.ts"
import * as Order from "../../src/records/Order.ts"
import * as Position from "../../src/records/Position.ts"
import { Desk } from "@roundlot/testing"
import * as Intake from "../../src/rules/trade/intake.ts"
import { foldedLines, storedLines } from "../rows.ts"
import { deskOf, perform, type Step } from "../Story.ts"
import { answered } from "../answered.ts"

const limits: Partial<AccountSettings> = { limitOffsetBp: 50, orderLifeSeconds: 60 }

const take = (desk: Desk.Desk, id: string, price: string | undefined, side: "buy" | "sell" = "buy") =>
  desk.commit("trade", (recorder) =>
    Intake.intake(recorder, {
      input: {
        source: "story",
        sourceId: id,
        occurrence: "0",
        symbol: "AAPL",
        side,
        quantity: Quantity.unsafe("1"),
        price: price === undefined ? undefined : Price.unsafe(price),
        tradedAt: desk.now(),
        reverses: undefined
      },
      symbol: desk.symbol,
      direction: undefined,
      held: undefined
    })
  )

const shown = (desk: Desk.Desk): ReadonlyArray<string> =>
  desk
    .all(Order.OrderTable)
    .map(({ lifeSeconds, limitPrice, status, type }) =>
      [type, limitPrice === undefined ? "-" : Decimal.format(limitPrice), lifeSeconds ?? "-", status].join(" ")
    )
const answer = (desk: Desk.Desk) => answered(desk.all(Position.PositionTable)[0])
const accepted: Step = { do: "send", order: 1, got: "accepted", time: 1 }

describe("the price of a limit order", () => {
  test.each([
    ["buy", "100", 50, "100.5"],
    ["sell", "100", 50, "99.5"],
    ["buy", "100.01", 0, "100.01"],
    ["buy", "33.33", 10, "33.36"],
    ["sell", "33.33", 10, "33.3"],
    ["buy", "0.5", 10, "0.5005"],
    ["sell", "0.33333", 10, "0.333"],
    ["sell", "0.00001", 9999, "0.0001"],
    ["buy", "999999999999999999", 100, "999999999999999999"]
  ] as const)("to %s at %s, %i basis points: %s, rounded towards the reference", (side, price, offset, wanted) => {
    expect(Decimal.format(terms.limitPriceOf(Price.unsafe(price), side, offset))).toBe(wanted)
  })

  test.each([
    ["buy", "100", 50, "0.25", "100.5"],
    ["buy", "100", 30, "0.25", "100.25"],
    ["sell", "100", 30, "0.25", "99.75"],
    ["buy", "0.02", 10, "0.05", "0.05"]
  ] as const)("to %s at %s, %i basis points, in ticks of %s: %s", (side, price, offset, tick, wanted) => {
    expect(Decimal.format(terms.limitPriceOf(Price.unsafe(price), side, offset, Price.unsafe(tick)))).toBe(wanted)
  })

  test("an operator's lot and tick of an instrument bind its next order, and no broker takes them back", () => {
    const desk = deskOf({ lot: 1000, threshold: undefined, direction: "mirror", counts: false })
    const [account] = desk.all(AccountTable)
    if (account === undefined) throw new Error("no account")
    desk.commit("command", (recorder) => Commands.setAccount(recorder, { ...account, ...limits }))
    const declared = { lot: Quantity.unsafe("2"), tick: Price.unsafe("0.25") }
    desk.commit("command", (recorder) => Commands.declareInstrument(recorder, desk.symbol, declared))
    const said = { currency: "USD", lot: Quantity.unsafe("1"), fractionable: true, shortable: true }
    desk.commit("report", (recorder) => Commands.confirmInstrument(recorder, desk.symbol, said))
    take(desk, "T1", "100")
    expect(answer(desk)).toBe("NotDue")
    take(desk, "T2", "100")
    expect(shown(desk)).toEqual(["limit 100.5 60 pending"])
    expect(foldedLines(desk)).toEqual(storedLines(desk))
  })
})

describe("the account's terms", () => {
  test("market orders for the day, where nothing else is said", () => {
    const desk = Desk.make()
    take(desk, "T1", "100")
    expect(shown(desk)).toEqual(["market - - pending"])
  })

  test("limit orders with their life, at an offset from the reference price", () => {
    const desk = Desk.make(limits)
    take(desk, "T1", "100")
    expect(shown(desk)).toEqual(["limit 100.5 60 pending"])
    const selling = Desk.make(limits)
    take(selling, "T1", "100", "sell")
    expect(shown(selling)).toEqual(["limit 99.5 60 pending"])
  })

  test("D4: without a price that is fresh there is none, until one comes", () => {
    const desk = Desk.make(limits)
    take(desk, "T1", undefined)
    expect([answer(desk), ...shown(desk)]).toEqual(["NoPrice"])
    take(desk, "T2", "100")
    expect(shown(desk)).toEqual(["limit 100.5 60 pending"])
  })

  test("a broker that takes no limit orders is not asked for one", () => {
    const desk = Desk.make(limits)
    desk.commit("report", (recorder) =>
      declare(recorder, {
        crossesZero: true,
        supportedOrders: [{ session: "regular", types: ["market"], timesInForce: ["day"] }]
      })
    )
    take(desk, "T1", "100")
    expect([answer(desk), ...shown(desk)]).toEqual(["Refused(UnsupportedOrder)"])
  })

  test("D6: a plan of other terms than the account now has is superseded", () => {
    const desk = Desk.make()
    take(desk, "T1", "100")
    const [account] = desk.all(AccountTable)
    if (account === undefined) throw new Error("there is no account")
    desk.commit("command", (recorder) => Commands.setAccount(recorder, { ...account, ...limits }))
    perform(desk, accepted)
    expect(shown(desk)).toEqual(["market - - cancelled", "limit 100.5 60 pending"])
  })
})

/** A desk whose one limit order works at the broker. */
const working = (): Desk.Desk => {
  const desk = Desk.make(limits)
  take(desk, "T1", "100")
  perform(desk, accepted)
  return desk
}

describe("the life of an order", () => {
  const [first] = working().all(Order.OrderTable)
  if (first === undefined) throw new Error("there is no order")
  const isAsked = (desk: Desk.Desk): boolean => {
    desk.commit("timer", (recorder) => terms.expire(recorder, first.id))
    return desk.order(first.id).cancelRequestedAt !== undefined
  }

  test("its end is asked for when it is over, and not before; it stays open until the broker says so", () => {
    const desk = working()
    desk.pass(59_000)
    expect(isAsked(desk)).toBe(false)
    desk.pass(1_000)
    expect(isAsked(desk)).toBe(true)
    expect(desk.order(first.id).status).toBe("submitted")
  })

  test("an order that has ended, or has none, is left alone", () => {
    const desk = working()
    perform(desk, { do: "fill", at: "B-O1", order: 1, side: "buy", exec: "e1", revision: 1, milli: 1000, time: 2 })
    desk.pass(60_000)
    expect(isAsked(desk)).toBe(false)
    const market = Desk.make()
    take(market, "T1", "100")
    perform(market, accepted)
    market.pass(600_000)
    expect(isAsked(market)).toBe(false)
  })
})
