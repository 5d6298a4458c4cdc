import { Desk } from "@roundlot/testing"
import { Either, FastCheck as fc, Schema } from "effect"
import { describe, expect, test } from "vitest"
import { AccountTable, type AccountSettings } from "../../src/records/Account.ts"
import { AllocationTable } from "../../src/records/Allocation.ts"
import { CutOff, lastCutOff, nextCutOff } from "../../src/records/cutOffs.ts"
import { LotTable } from "../../src/records/Lot.ts"
import { OrderTable } from "../../src/records/Order.ts"
import { isLive } from "../../src/records/OrderState.ts"
import { PositionTable } from "../../src/records/Position.ts"
import { ControlTable } from "../../src/records/TradingState.ts"
import type { Side } from "../../src/records/Side.ts"
import { TradeTable } from "../../src/records/Trade.ts"
import { regate, setAccount } from "../../src/rules/operator/commands.ts"
import { acceptSplit, dueAfterSplit } from "../../src/rules/operator/split.ts"
import { dueAfterWriteOff } from "../../src/rules/operator/writeOff.ts"
import { standingOf } from "../../src/rules/position/evaluation.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import { answered } from "../answered.ts"
import { atLeast, runs } from "../properties.ts"
import { isSound } from "../sound.ts"
import { perform } from "../Story.ts"

/** Where the clock of every desk starts. */
const START = Instant.make(1_700_000_000_000_000n)

const at = (text: string): Instant.Instant => {
  const moment = Instant.parse(text)
  if (moment === undefined) throw new Error(`${text} is no moment`)
  return moment
}

const isCutOff = (text: string): boolean => Either.isRight(Schema.decodeEither(CutOff)(text))

const shown = (moment: Instant.Instant | undefined): string | undefined => moment && Instant.format(moment)

describe("D9: cut-offs of a day", () => {
  test.each([
    ["15:45", "2026-11-30T15:00:00Z", "2026-11-27T20:45:00.000000Z", "2026-11-30T20:45:00.000000Z"],
    ["15:45", "2026-11-30T20:45:00Z", "2026-11-30T20:45:00.000000Z", "2026-12-01T20:45:00.000000Z"],
    ["15:45", "2026-07-01T19:44:59Z", "2026-06-30T19:45:00.000000Z", "2026-07-01T19:45:00.000000Z"],
    ["open", "2026-11-28T12:00:00Z", "2026-11-27T14:30:00.000000Z", "2026-11-30T14:30:00.000000Z"],
    ["open+5m", "2026-11-30T14:34:00Z", "2026-11-27T14:35:00.000000Z", "2026-11-30T14:35:00.000000Z"],
    // The day after Thanksgiving ends at 13:00.
    ["close-10m", "2026-11-27T17:00:00Z", "2026-11-25T20:50:00.000000Z", "2026-11-27T17:50:00.000000Z"],
    ["every 30m", "2026-11-30T15:10:00Z", "2026-11-30T15:00:00.000000Z", "2026-11-30T15:30:00.000000Z"],
    // Neither the open nor the close is one of them; the longest one comes also on a day that ends at 13:00.
    ["every 30m", "2026-11-30T20:45:00Z", "2026-11-30T20:30:00.000000Z", "2026-12-01T15:00:00.000000Z"]
  ])("%s at %s", (cutOff, now, last, next) => {
    expect([shown(lastCutOff([cutOff], at(now))), shown(nextCutOff([cutOff], at(now)))]).toEqual([last, next])
  })

  test("of several the nearest counts; beyond the calendar there is none", () => {
    const several = ["close-10m", "open", "12:00"]
    expect(shown(lastCutOff(several, at("2026-11-30T18:00:00Z")))).toBe("2026-11-30T17:00:00.000000Z")
    expect(shown(nextCutOff(several, at("2026-11-30T18:00:00Z")))).toBe("2026-11-30T20:50:00.000000Z")
    expect([lastCutOff(several, at("2031-01-06T18:00:00Z")), nextCutOff([], at("2026-11-30T18:00:00Z"))]).toEqual([
      undefined,
      undefined
    ])
  })

  test("what is no cut-off is refused with what is one", () => {
    const ones = ["00:00", "23:59", "open", "open+5m", "close-1m", "every 30m"]
    const far = ["open+181m", "close-181m", "every 181m", "every 390m"]
    expect(far.filter(isCutOff)).toEqual([])
    expect([...ones, "24:00", "9:30", "close", "close+5m", "open-5m", "every 0m", "every 30"].filter(isCutOff)).toEqual(
      ones
    )
    expect(String(Schema.decodeEither(CutOff)("noon"))).toContain("expected HH:MM in New York")
  })
})

/** A desk that collects until 12:00 and 15:45 in New York, at 10:00 there. */
const opened = (settings: Partial<AccountSettings> = {}): Desk.Desk => {
  // The trades of a story are as old as its clock was at the start.
  const desk = Desk.make({ cutOffs: ["12:00", "15:45"], maxTradeAgeMs: Number.MAX_SAFE_INTEGER, ...settings })
  desk.pass(Instant.millisBetween(desk.now(), at("2026-11-30T15:00:00Z")))
  return desk
}

let trades = 0

const take = (desk: Desk.Desk, side: Side, milli: number): string => {
  const id = `t${++trades}`
  perform(desk, { do: "trade", id, side, milli, held: false })
  return id
}

/** The gates are looked at as many minutes later. */
const pass = (desk: Desk.Desk, minutes: number) => perform(desk, { do: "pass", seconds: minutes * 60 })

/** The gates are looked at, at a time of the day in UTC. */
const until = (desk: Desk.Desk, time: string) =>
  perform(desk, { do: "pass", seconds: Instant.millisBetween(desk.now(), at(`2026-11-30T${time}Z`)) / 1000 })

/** The newest order is sent, and the broker says how it ended. */
const end = (desk: Desk.Desk, said: "filled" | "cancelled"): void => {
  const order = desk.all(OrderTable).at(-1)
  if (order === undefined || !isLive(order.status)) return
  const { id, side } = order
  const milli = Number(Decimal.format(order.quantity)) * 1000
  const time = () => Math.floor(Instant.millisBetween(START, desk.now()) / 1000) + 1
  perform(desk, { do: "send", order: id, got: "accepted", time: time() })
  const cumulative = said === "filled" ? milli : 0
  perform(desk, { do: "report", at: `B-O${id}`, order: id, side, milli, said, cumulative, time: time(), read: true })
}

const orders = (desk: Desk.Desk): ReadonlyArray<string> =>
  desk.all(OrderTable).map(({ quantity, side }) => `${side} ${Decimal.format(quantity)}`)

const answer = (desk: Desk.Desk): string | undefined => answered(desk.all(PositionTable)[0])

/** What waits for the next cut-off, in shares. */
const lateOf = (desk: Desk.Desk): string | undefined => {
  const late = desk.all(PositionTable)[0]?.late
  return late && Decimal.format(late.open)
}

describe("D9: an account that collects", () => {
  test("sends nothing before the cut-off, and then all in one order; what comes later waits for the next", () => {
    const desk = opened()
    for (const milli of [1400, 900]) take(desk, "buy", milli)
    expect([orders(desk), answer(desk)]).toEqual([[], "Collecting"])
    until(desk, "16:59:59")
    expect(orders(desk)).toEqual([])
    until(desk, "17:00:00")
    expect([orders(desk), answer(desk)]).toEqual([["buy 2"], "Ordered(O1)"])
    take(desk, "buy", 3000)
    end(desk, "filled")
    expect(answer(desk)).toBe("Collecting")
    until(desk, "20:45:00")
    // 0.3 of before and 3 of since.
    expect(orders(desk)).toEqual(["buy 2", "buy 3"])
    isSound(desk)
  })

  test("a trade of the very moment of a cut-off is late", () => {
    const desk = opened()
    desk.pass(Instant.millisBetween(desk.now(), at("2026-11-30T17:00:00Z")) - 1)
    take(desk, "buy", 1000)
    expect([shown(desk.now()), answer(desk)]).toEqual(["2026-11-30T17:00:00.000000Z", "Collecting"])
  })

  test("what found no fill is ordered again, without what came later", () => {
    const desk = opened()
    take(desk, "buy", 5000)
    until(desk, "17:00:01")
    take(desk, "buy", 2000)
    end(desk, "cancelled")
    pass(desk, 15)
    expect(orders(desk)).toEqual(["buy 5", "buy 5"])
    isSound(desk)
  })

  test("a later trade covers the oldest shares of the other side: what is left of later ones waits", () => {
    const desk = opened({ threshold: Quantity.unsafe("4") })
    take(desk, "buy", 3000)
    until(desk, "17:00:01")
    take(desk, "buy", 6000)
    take(desk, "sell", 2000)
    // 1 of before and 6 of since.
    expect([lateOf(desk), answer(desk)]).toEqual(["6", "Collecting"])
    until(desk, "20:45:01")
    expect(orders(desk)).toEqual(["buy 7"])
    isSound(desk)
  })

  test("B4: a reversal takes a later trade out of what waits, and an earlier one out of what was collected", () => {
    const desk = opened({ threshold: Quantity.unsafe("4") })
    const early = take(desk, "buy", 3000)
    until(desk, "17:00:01")
    const late = take(desk, "buy", 2000)
    expect([lateOf(desk), answer(desk)]).toEqual(["2", "Collecting"])
    perform(desk, { do: "reverse", id: "r1", of: late, side: "sell", milli: 2000 })
    expect([lateOf(desk), answer(desk)]).toEqual(["0", "NotDue"])
    perform(desk, { do: "reverse", id: "r2", of: early, side: "sell", milli: 3000 })
    expect(lateOf(desk)).toBe("0")
    isSound(desk)
  })

  test("D6: a plan that a late trade of the other side makes too large is superseded, and the symbol goes on", () => {
    const desk = opened()
    take(desk, "buy", 5000)
    until(desk, "17:00:01")
    take(desk, "sell", 2000)
    perform(desk, { do: "send", order: 1, got: "accepted", time: 1 })
    const all = desk.all(OrderTable).map(({ quantity, status }) => [status, Decimal.format(quantity)])
    expect(all).toEqual([
      ["cancelled", "5"],
      ["pending", "3"]
    ])
    expect([lateOf(desk), desk.all(ControlTable)]).toEqual(["0", []])
    isSound(desk)
  })

  test("what an order has in excess is younger than late trades: it waits with them, and no order takes those before it", () => {
    const desk = opened({ external: "count" })
    until(desk, "17:10:00")
    take(desk, "sell", 3000)
    const time = Math.floor(Instant.millisBetween(START, desk.now()) / 1000) + 1
    perform(desk, { do: "fill", at: "X1", order: undefined, side: "buy", exec: "x", revision: 1, milli: 5000, time })
    perform(desk, {
      do: "report",
      at: "X1",
      order: undefined,
      side: "buy",
      milli: 5000,
      said: "filled",
      cumulative: 5000,
      time,
      read: true
    })
    expect([lateOf(desk), answer(desk), orders(desk)]).toEqual(["-8", "Collecting", ["buy 5"]])
    until(desk, "20:45:00")
    expect(orders(desk)).toEqual(["buy 5", "sell 8"])
    isSound(desk)
  })

  test("a dry run of a write-off, an adjustment and a split foresees what will be answered", () => {
    const desk = opened()
    take(desk, "buy", 1400)
    const foreseen = desk.commit("command", (recorder) => {
      const standing = standingOf(recorder, desk.symbol)
      if (standing === undefined) throw new Error("no position")
      const split = { symbol: desk.symbol, to: 2, from: 1, cashInLieu: undefined }
      return [dueAfterWriteOff(standing, Decimal.unsafe("1.4")), dueAfterSplit(standing, split)].map(({ _tag }) => _tag)
    })
    expect(foreseen).toEqual(["NotDue", "Collecting"])
  })

  test("P9: what waits is in the shares after a split", () => {
    const desk = opened()
    take(desk, "buy", 2000)
    desk.commit("command", (recorder) =>
      acceptSplit(recorder, { symbol: desk.symbol, to: 3, from: 1, cashInLieu: undefined }, "test")
    )
    expect([lateOf(desk), answer(desk)]).toEqual(["6", "Collecting"])
    isSound(desk)
  })

  test("cut-offs that are taken away order at once; a plan of before is not superseded by what came later", () => {
    const desk = opened()
    take(desk, "buy", 2000)
    const set = (cutOffs: ReadonlyArray<string> | undefined) => {
      const [account] = desk.all(AccountTable)
      if (account === undefined) throw new Error("there is no account")
      desk.commit("command", (recorder) => {
        setAccount(recorder, { ...account, cutOffs })
        regate(recorder, desk.symbol, false)
      })
    }
    set(undefined)
    expect(orders(desk)).toEqual(["buy 2"])
    set(["12:00"])
    take(desk, "buy", 4000)
    end(desk, "filled")
    expect([orders(desk), answer(desk)]).toEqual([["buy 2"], "Collecting"])
  })
})

const act = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("trade" as const),
      side: fc.constantFrom<Side>("buy", "sell"),
      milli: fc.integer({ min: 100, max: 6000 })
    })
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("pass" as const), minutes: fc.integer({ min: 20, max: 400 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("filled" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancelled" as const) }) }
)

type Act = typeof act extends fc.Arbitrary<infer A> ? A : never

const does = (desk: Desk.Desk, each: Act): void => {
  if (each.do === "trade") take(desk, each.side, each.milli)
  else if (each.do === "pass") pass(desk, each.minutes)
  else end(desk, each.do)
}

const CUT_OFFS = ["12:00", "15:45"]

/** By how much the newest trade of each order is older than the cut-off before it, in milliseconds. */
const agesOf = (desk: Desk.Desk): ReadonlyArray<number> => {
  const trade = new Map(desk.all(TradeTable).map(({ createdAt, id }) => [id, createdAt]))
  return desk.all(OrderTable).flatMap((order) => {
    const own = desk
      .all(AllocationTable)
      .filter(({ createdAt, orderId }) => orderId === order.id && createdAt === order.createdAt)
    const counted = own.flatMap(({ tradeId }) => (tradeId === undefined ? [] : (trade.get(tradeId) ?? [])))
    const cutOff = lastCutOff(CUT_OFFS, order.createdAt)
    return cutOff === undefined ? [] : counted.map((each) => Instant.millisBetween(each, cutOff))
  })
}

/** The shares of lots that were there before the first trade since the last cut-off. */
const collectedIn = (desk: Desk.Desk): number => {
  const since = lastCutOff(CUT_OFFS, desk.now()) ?? desk.now()
  const late = desk.all(TradeTable).flatMap(({ createdAt, lotId = 0 }) => (createdAt < since ? [] : [lotId]))
  const lots = desk.all(LotTable).filter(({ id }) => id < Math.min(Number.MAX_SAFE_INTEGER, ...late))
  return Math.abs(Number(Decimal.format(Decimal.sum(lots.map(({ open }) => open)))))
}

describe("D9: in every history", () => {
  test("no order has a trade since the cut-off before it, and nothing that was collected and is due waits", () => {
    let allocated = 0
    let waited = 0
    fc.assert(
      fc.property(fc.array(act, { minLength: 5, maxLength: 40 }), (history) => {
        const desk = opened({ cutOffs: CUT_OFFS })
        for (const each of history) {
          does(desk, each)
          if (answer(desk) !== "Collecting") continue
          waited++
          expect(collectedIn(desk)).toBeLessThan(1)
        }
        const ages = agesOf(desk)
        for (const age of ages) expect(age).toBeGreaterThan(0)
        allocated += ages.length
        isSound(desk)
      }),
      { ...runs(60), seed: 20261130 }
    )
    expect([allocated > atLeast(80), waited > atLeast(100)]).toEqual([true, true])
  })
})
