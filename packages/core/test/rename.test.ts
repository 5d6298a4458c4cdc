import { describe, expect, test } from "vitest"
import { perform as carryOut } from "../src/rules/operator/Command.ts"
import { decide } from "../src/rules/decision/decide.ts"
import { instrumentAt, tickerAt } from "../src/records/DatedSymbol.ts"
import * as commands from "../src/rules/operator/commands.ts"
import { TradeId } from "../src/values/Id.ts"
import { Ticker } from "../src/records/Ticker.ts"
import * as Quantity from "../src/values/Quantity.ts"
import { OrderTable } from "../src/records/Order.ts"
import { PositionTable } from "../src/records/Position.ts"
import { interpret } from "../src/rules/reconciliation/interpret.ts"
import * as Instant from "../src/values/Instant.ts"
import type { Desk } from "@roundlot/testing"
import { intake } from "../src/rules/trade/intake.ts"
import { figures, isSound, tagsAfter } from "./sound.ts"
import { arrivalOf, deskOf, perform, receivedOf, type Step } from "./Story.ts"

const policy = { lot: 1000, threshold: undefined, direction: "mirror", counts: false } as const
const META = Ticker.make("META")

const story: ReadonlyArray<Step> = [
  { do: "trade", id: "T1", side: "buy", milli: 1400, held: false },
  { do: "send", order: 1, got: "accepted", time: 1 },
  { do: "fill", at: "B-O1", order: 1, side: "buy", exec: "e1", revision: 1, milli: 1000, time: 2 }
]

const deskWith = (steps: ReadonlyArray<Step> = story): Desk.Desk => {
  const desk = deskOf(policy)
  for (const step of steps) perform(desk, step)
  return desk
}

const rename = (desk: Desk.Desk, to = META, since?: Instant.Instant, symbol = desk.symbol) =>
  desk.commit(
    "command",
    (recorder) =>
      carryOut(recorder, `${symbol} to ${to} ${since ?? ""}`, { _tag: "RenameSymbol", symbol, to, since }, "announced")
        .answer
  )

/** A trade of so many shares, of a symbol, made so many milliseconds from now. */
const trade = (desk: Desk.Desk, id: string, symbol: Ticker, milli: number, fromNowMs = 0) => {
  const arrival = arrivalOf({ do: "trade", id, side: "buy", milli, held: false }, desk)
  const tradedAt = Instant.addMillis(desk.now(), fromNowMs)
  return desk.commit("trade", (recorder) =>
    intake(recorder, { ...arrival, symbol, input: { ...arrival.input, symbol, tradedAt } })
  )
}

/** The begin of a day. */
const at = (day: number): Instant.Instant => Instant.make(BigInt(day) * 86_400_000_000n)

describe("P9: a symbol change is a dated symbol", () => {
  test("is one entry beside its answer, moves no figure, and the position stays what it was", () => {
    const desk = deskWith()
    const before = figures(desk)
    const tags = tagsAfter(desk, () => expect(rename(desk)).toMatchObject({ _tag: "Done" }))
    expect(tags).toEqual(["SymbolChanged", "CommandAnswered"])
    expect(figures(desk)).toEqual(before)
    expect(desk.all(PositionTable)).toHaveLength(1)
    isSound(desk)
  })

  test("a trade of the new symbol counts in the position, one of the old from after the change is quarantined by name", () => {
    const desk = deskWith()
    rename(desk)
    expect(trade(desk, "T2", META, 300, 1)._tag).toBe("Accepted")
    expect(figures(desk)).toEqual(["0", "1.7", "1.7", "1", "0.7", "0.7"])
    expect(trade(desk, "T3", desk.symbol, 300, -60_000)._tag).toBe("Accepted")
    expect(figures(desk)[1]).toBe("2")
    expect(trade(desk, "T4", desk.symbol, 300, 1)).toMatchObject({
      _tag: "Quarantined",
      reason: "Renamed: AAPL had become META by the time of the trade"
    })
    const released = desk.commit("command", (recorder) => commands.releaseTrade(recorder, TradeId.make(4), META))
    expect(released).toMatchObject({ _tag: "Done", what: "T4 is counted in AAPL" })
    expect(desk.all(PositionTable)).toHaveLength(1)
    isSound(desk)
  })

  test("what the new symbol meant before the change is another instrument", () => {
    const desk = deskWith()
    rename(desk)
    trade(desk, "T2", META, 300, -60_000)
    expect(desk.all(PositionTable).map(({ symbol }) => symbol)).toEqual(["AAPL", "META"])
  })

  test("a broker's reports under the new symbol, and late ones under the old, are booked to the instrument", () => {
    const desk = deskWith()
    rename(desk)
    trade(desk, "T2", META, 700, 1)
    expect(desk.all(OrderTable)).toHaveLength(2)
    perform(desk, { do: "send", order: 2, got: "accepted", time: 3 })
    const fill = { do: "fill", order: 2, side: "buy", revision: 1, milli: 500 } as const
    for (const [symbol, exec, at] of [
      [META, "e2", "B-O2"],
      [desk.symbol, "e3", "B-O2"]
    ] as const) {
      const received = receivedOf({ ...fill, exec, at, time: 4 }, desk)
      if (received.report._tag !== "Executed") throw new Error("no execution")
      const report = { ...received.report, symbol }
      desk.commit("report", (recorder) => interpret(recorder, { ...received, report }))
    }
    expect(desk.all(OrderTable)[1]).toMatchObject({ status: "filled", symbol: "AAPL" })
    isSound(desk)
  })

  test("a decision of the new symbol is one of the instrument", () => {
    const desk = deskWith()
    rename(desk)
    const made = desk.commit("command", (recorder) =>
      decide(recorder, { symbol: META, side: "buy", quantity: Quantity.unsafe("1") })
    )
    expect(made).toMatchObject({ symbol: "AAPL" })
  })

  test("is refused while an order is live, a fill waits, or the new symbol is another instrument's here", () => {
    const live = deskWith(story.slice(0, 2))
    expect(rename(live)).toMatchObject({ why: expect.stringContaining("O1 of AAPL is submitted") })
    const waiting = deskWith()
    perform(waiting, { do: "fill", at: "X", order: undefined, side: "buy", exec: "x", revision: 1, milli: 1, time: 3 })
    expect(rename(waiting)).toMatchObject({ why: expect.stringContaining("an unmatched fill of AAPL waits") })
    const other = deskWith()
    trade(other, "T2", META, 300)
    expect(rename(other)).toMatchObject({ why: expect.stringContaining("has a position in META") })
    const desk = deskWith()
    expect(rename(desk, META, undefined, Ticker.make("KO"))).toMatchObject({ why: "desk has no instrument KO" })
    rename(desk)
    expect(rename(desk, META, desk.now())).toMatchObject({ why: "AAPL is already called META" })
    expect(rename(desk, Ticker.make("X"), undefined, META)).toMatchObject({ why: expect.stringContaining("use AAPL") })
    isSound(desk)
  })

  test("goes out by the symbol of its time, through several changes and back", () => {
    const FB = Ticker.make("FB")
    const symbols = [
      { instrument: FB, ticker: META, since: at(10) },
      { instrument: FB, ticker: Ticker.make("MVRS"), since: at(20) },
      { instrument: FB, ticker: FB, since: at(30) }
    ]
    expect([9, 10, 19, 20, 30].map((day) => tickerAt(symbols, FB, at(day)))).toEqual([
      "FB",
      "META",
      "META",
      "MVRS",
      "FB"
    ])
    expect(instrumentAt(symbols, META, at(15))).toEqual({ instrument: "FB", gaveWayTo: undefined })
    expect(instrumentAt(symbols, META, at(25))).toEqual({ instrument: "FB", gaveWayTo: "MVRS" })
    expect(instrumentAt(symbols, META, at(5))).toEqual({ instrument: "META", gaveWayTo: undefined })
    expect(instrumentAt(symbols, FB, at(15))).toEqual({ instrument: "FB", gaveWayTo: "META" })
    expect(instrumentAt(symbols, FB, at(31))).toEqual({ instrument: "FB", gaveWayTo: undefined })
  })
})
