import { Effect, Either, FastCheck as fc, Schema } from "effect"
import { describe, expect, it, test } from "vitest"
import { Desk } from "@roundlot/testing"
import { AccountTable, defaultSettings } from "../src/records/Account.ts"
import { OrderTable } from "../src/records/Order.ts"
import { atMarket } from "../src/records/OrderTerms.ts"
import { PositionTable } from "../src/records/Position.ts"
import { isAmong, isRestrictedAt, RestrictedHours } from "../src/records/restrictedHours.ts"
import { contradictionOf, raisedLimits } from "../src/rules/account/limits.ts"
import * as commands from "../src/rules/operator/commands.ts"
import { planSend } from "../src/rules/order/send.ts"
import { intake } from "../src/rules/trade/intake.ts"
import * as Daemon from "../src/services/Daemon.ts"
import * as Reads from "../src/services/Reads.ts"
import * as Instant from "../src/values/Instant.ts"
import * as Quantity from "../src/values/Quantity.ts"
import { answered } from "./answered.ts"
import { runs } from "./properties.ts"
import * as Stage from "./services/Stage.ts"
import { isSound } from "./sound.ts"

const at = (time: string) => Instant.parse(time) ?? Instant.make(0n)
const minutes = (count: number) => count * 60_000

/** A desk begins at 17:13:20 in New York. */
const deskWith = (...restrictedHours: ReadonlyArray<string>) => Desk.make({ restrictedHours })

let trades = 0

const trade = (desk: Desk.Desk, isDirect = false): void => {
  const direct = isDirect ? { direct: atMarket } : {}
  const input = {
    source: "t",
    sourceId: `t${++trades}`,
    occurrence: "0",
    symbol: "AAPL",
    side: "buy",
    quantity: Quantity.unsafe("1"),
    price: undefined,
    tradedAt: desk.now(),
    reverses: undefined,
    ...direct
  } as const
  desk.commit("trade", (recorder) =>
    intake(recorder, { input, symbol: desk.symbol, direction: undefined, held: undefined })
  )
}

const send = (desk: Desk.Desk) => {
  const order = desk.all(OrderTable).find(({ status }) => status === "pending")
  const request = { contentType: "text/plain", bytes: new Uint8Array([1]) }
  return order && desk.commit("send", (recorder) => planSend(recorder, order.id, () => request))._tag
}

const regate = (desk: Desk.Desk) => desk.commit("timer", (recorder) => commands.regate(recorder, desk.symbol, false))
const answer = (desk: Desk.Desk) => answered(desk.all(PositionTable)[0])

describe("D10: hours in which an account sends nothing", () => {
  test.each([
    ["2026-11-20T14:29:59.999999Z", false],
    ["2026-11-20T14:30:00.000000Z", true],
    ["2026-11-20T14:44:59.999999Z", true],
    ["2026-11-20T14:45:00.000000Z", false],
    // Clocks of New York are an hour ahead in summer.
    ["2026-07-20T13:30:00.000000Z", true],
    ["2026-07-20T14:30:00.000000Z", false],
    ["2026-11-21T04:59:59.000000Z", true],
    ["2026-11-21T05:00:00.000000Z", false]
  ])("09:30-09:45 and 23:00-24:00 have %s among them: %s", (time, is) => {
    expect(isRestrictedAt(["09:30-09:45", "23:00-24:00"], at(time))).toBe(is)
  })

  test.each(["9:30-09:45", "09:45-09:30", "09:30-09:30", "09:30", "24:00-24:00", "09:30-24:01"])(
    "%s is refused",
    (hours) => {
      expect(Either.isLeft(Schema.decodeUnknownEither(RestrictedHours)(hours))).toBe(true)
    }
  )

  test("what is due waits, and is ordered when they are over", () => {
    const desk = deskWith("17:00-17:30")
    trade(desk)
    expect([answer(desk), desk.all(OrderTable)]).toEqual(["RestrictedHours", []])
    desk.pass(minutes(17))
    regate(desk)
    expect([send(desk), desk.all(OrderTable).length]).toEqual(["Send", 1])
    isSound(desk)
  })

  test("a plan that was made before is judged once more: it is withdrawn, and made again after them", () => {
    const desk = deskWith("17:20-17:30")
    trade(desk)
    desk.pass(minutes(10))
    expect([send(desk), answer(desk)]).toEqual(["Superseded", "RestrictedHours"])
    desk.pass(minutes(10))
    regate(desk)
    expect([send(desk), desk.all(OrderTable).length]).toEqual(["Send", 2])
  })

  test("a direct order waits for their end, and leaves as it was given", () => {
    const desk = deskWith("17:00-17:30")
    trade(desk, true)
    expect([send(desk), desk.all(OrderTable)[0]?.heldFor]).toEqual(["Held", "RestrictedHours"])
    desk.pass(minutes(17))
    expect([send(desk), desk.all(OrderTable).length]).toEqual(["Send", 1])
  })

  it("a daemon orders what waited as soon as they are over", () =>
    Stage.play(
      Effect.gen(function* () {
        // Its time begins at 19:00 in New York.
        yield* Stage.opened({ restrictedHours: ["18:00-19:02"] })
        yield* Effect.forkScoped(Daemon.run())
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* Stage.until(Reads.all(PositionTable), ([position]) => answered(position) === "RestrictedHours")
        const [order] = yield* Stage.until(Stage.orders, (all) => all.some(({ status }) => status === "submitted"))
        const createdMs = order === undefined ? 0 : Instant.toMillis(order.createdAt)
        expect(createdMs).toBeGreaterThanOrEqual(minutes(2))
        expect(createdMs).toBeLessThan(minutes(2) + 10_000)
      })
    ))

  test("EYES-7: what is restricted no more lets more through than before", () => {
    const [settings] = deskWith("09:30-09:45", "15:50-16:00").all(AccountTable)
    if (settings === undefined) throw new Error("no account")
    const raised = (...restrictedHours: ReadonlyArray<string>) =>
      raisedLimits(settings, { ...settings, restrictedHours })
    expect(raised("09:30-09:45", "15:50-16:00", "12:00-13:00")).toEqual([])
    expect(raised("09:00-09:40", "09:40-10:00", "15:50-16:00")).toEqual([])
    expect(raised("09:30-09:44", "15:50-16:00")).toEqual(["restrictedHours"])
    expect(raised()).toEqual(["restrictedHours"])
  })

  test.each([
    [{}, ["09:00-12:00", "12:00-16:00"], "session of its orders (09:30-16:00)"],
    [{}, ["09:31-16:00"], undefined],
    [{ orderSession: "extended" }, ["04:00-12:00", "12:00-20:00"], "session of its orders (04:00-20:00)"],
    [{ orderSession: "extended", cutOffs: ["15:45"] }, ["09:00-16:00"], undefined],
    [{ orderTimeInForce: "opg" }, ["09:30-16:00"], undefined],
    [{ cutOffs: ["12:00", "close-10m"] }, ["15:50-16:00"], "cut-off close-10m"],
    [{ cutOffs: ["15:45"] }, ["15:40-15:50", "15:50-17:00"], "cut-off 15:45"],
    [{ cutOffs: ["close-10m"] }, ["15:51-16:00"], undefined],
    [{ cutOffs: ["every 30m"] }, ["15:30-16:00"], "cut-off every 30m"],
    [{ cutOffs: ["open+5m", "every 30m"] }, ["09:30-10:00", "15:31-16:00"], undefined]
  ] as const)("with %j, hours %j that leave nothing are refused", (settings, restrictedHours, said) => {
    const found = contradictionOf({ ...defaultSettings, ...settings, restrictedHours })
    expect(found === undefined ? found : found.includes(said ?? "?")).toBe(said === undefined ? undefined : true)
  })
})

const time = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`

const someHours = fc
  .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 8 }))
  .map(([from, length]) => ({ from, until: from + length }))

test("D10: hours are among others where each of their minutes is", () => {
  fc.assert(
    fc.property(someHours, fc.array(someHours, { maxLength: 5 }), (hours, others) => {
      const said = ({ from, until }: typeof hours) => `${time(from)}-${time(until)}`
      const each = Array.from({ length: hours.until - hours.from }, (_, i) => hours.from + i)
      const are = each.every((minute) => others.some(({ from, until }) => from <= minute && minute < until))
      expect(isAmong(said(hours), others.map(said))).toBe(are)
    }),
    runs(1000)
  )
})
