import { Effect, Stream, TestClock } from "effect"
import { describe, expect, test } from "vitest"
import { InstrumentTable } from "../../src/records/Instrument.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import { BrokerReadFailed, type BrokerInstrument } from "../../src/ports/Broker.ts"
import { TradeRepository } from "../../src/ports/TradeRepository.ts"
import { PositionTable } from "../../src/records/Position.ts"
import { Accumulator } from "../../src/services/Accumulator.ts"
import { BreakTable, evidenceOf } from "../../src/records/Break.ts"
import * as Audit from "../../src/services/Audit.ts"
import * as Batches from "../../src/services/Batches.ts"
import * as BatchWork from "../../src/services/BatchWork.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import * as Decisions from "../../src/services/Decisions.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as KnownInstruments from "../../src/services/KnownInstruments.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Sources from "../../src/services/Sources.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as SourcePolicy from "../../src/rules/trade/SourcePolicy.ts"
import { TradeTable, type TradeInput } from "../../src/records/Trade.ts"
import * as Stage from "./Stage.ts"
import { answered } from "../answered.ts"

const answers = Effect.map(Reads.all(PositionTable), (all) => all.map(answered))

const targets = Effect.map(Reads.all(PositionTable), (all) =>
  all.map(({ symbol, target }) => `${symbol} ${Decimal.format(target)}`)
)

const trades = Effect.map(Reads.all(TradeTable), (all) =>
  all.map(({ reason, sourceId, status }) => (reason === undefined ? `${sourceId} ${status}` : `${sourceId} ${reason}`))
)

const instruments = Effect.map(Reads.all(InstrumentTable), (all) => all.map(({ status }) => status))

/** The entries of a kind, each with its cause. */
const entriesOf = (tag: string) =>
  Effect.gen(function* () {
    const { entries } = yield* TradeRepository
    const all = yield* entries({ account: Stage.account, afterSeq: 0, entity: undefined, limit: 1000 })
    return all.filter((entry) => entry.tag === tag).map(({ cause }) => cause)
  })

/** A broker that knows an instrument, answers that it knows none, or does not answer, as the test says at a time. */
const stand = (at: { says: BrokerInstrument["_tag"] | "Nothing" | "NotTradable"; asked: number }) =>
  Stage.layer({
    instrument: (symbol) =>
      Effect.suspend(() => {
        at.asked++
        if (at.says === "NotKnown") return Effect.succeed({ _tag: "NotKnown", symbol } as const)
        if (at.says === "NotTradable") return Effect.succeed({ ...Stage.known(symbol), tradable: false })
        if (at.says === "Known") return Effect.succeed(Stage.known(symbol))
        return Effect.fail(new BrokerReadFailed({ operation: "instrument", kind: "network", detail: "it is away" }))
      })
  })

const saying = (says: BrokerInstrument["_tag"] | "Nothing" | "NotTradable") => ({ says, asked: 0 })

const confirmed = (symbol: string) =>
  Effect.flatMap(Commands, ({ perform }) =>
    perform({
      id: `confirm ${symbol}`,
      account: Stage.account,
      actor: "test",
      reason: "listed elsewhere",
      command: { _tag: "DeclareInstrument", symbol: Ticker.make(symbol), lot: undefined, tick: undefined }
    })
  )

/** A trade has come up before its broker was asked, and the broker has said that it has no such instrument. */
const unknown = Effect.gen(function* () {
  yield* Stage.opened()
  yield* Effect.forkScoped(Daemon.run())
  yield* Stage.submit(Stage.trade("first", "0.3", "ZZZZQ"))
  yield* Stage.until(instruments, ([status]) => status === "unknown")
})

const reversal = (of: TradeInput): TradeInput => ({
  ...of,
  sourceId: `${of.sourceId}-undone`,
  side: "sell",
  reverses: { sourceId: of.sourceId, occurrence: of.occurrence }
})

test.each([
  ["the broker does not trade it: it is for closing only", { words: "it is for closing only" }],
  ["the broker does not trade it", {}]
])("D4: an instrument that is not traded says why, in its broker's words where it has some: %s", (why, words) => {
  const known = Stage.known(Ticker.make("ZZZZQ"))
  const answer = known._tag === "Known" ? { ...known, tradable: false, ...words } : known
  expect(Gates.factsOf(answer)).toEqual({ isKnown: true, why })
})

describe("a trade in a symbol that neither its broker nor a person knows", () => {
  test("ACC-4: is quarantined by name once its broker has said so, and counted once, by itself, when the broker knows it", async () => {
    const at = saying("NotKnown")
    await Stage.play(
      Effect.gen(function* () {
        yield* unknown
        const results = yield* Stage.submit(Stage.trade("a", "0.4", "ZZZZQ"), Stage.trade("b", "0.5", "ZZZZQ"))
        expect(results.map(({ _tag }) => _tag)).toEqual(["Quarantined", "Quarantined"])
        expect(results[0]).toMatchObject({ reason: expect.stringMatching(/^Unknown instrument: .*ZZZZQ.*suffixes/) })
        expect(yield* trades).toEqual(["first accumulated", "a UnknownInstrument", "b UnknownInstrument"])
        expect(yield* targets).toEqual(["ZZZZQ 0.3"])
        expect((yield* Stage.submit(Stage.trade("a", "0.4", "ZZZZQ"))).map(({ _tag }) => _tag)).toEqual(["Duplicate"])
        yield* TestClock.adjust("2 minutes")
        expect(at.asked).toBeLessThan(7)
        expect(yield* entriesOf("TradeReleased")).toEqual([])
        at.says = "Known"
        yield* Stage.until(Stage.statuses, ([status]) => status === "submitted")
        yield* TestClock.adjust("2 minutes")
        expect(yield* targets).toEqual(["ZZZZQ 1.2"])
        expect((yield* Stage.orders).map(({ quantity }) => Decimal.format(quantity))).toEqual(["1"])
        const causes = yield* entriesOf("TradeReleased")
        expect(causes).toHaveLength(2)
        expect(causes[0]).toContain("ZZZZQ is known now")
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      stand(at)
    )
  })

  test("ACC-4: is counted by itself once a person confirms the symbol, in the order of the releases", async () => {
    await Stage.play(
      Effect.gen(function* () {
        yield* unknown
        yield* Stage.submit(Stage.trade("a", "0.4", "ZZZZQ"))
        yield* confirmed("ZZZZQ")
        yield* Stage.submit(Stage.trade("b", "0.2", "ZZZZQ"))
        yield* Stage.until(trades, (all) => all.includes("a accumulated"))
        expect(yield* instruments).toEqual(["verified"])
        expect(yield* targets).toEqual(["ZZZZQ 0.9"])
        expect(yield* entriesOf("TradeReleased")).toHaveLength(1)
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      stand(saying("NotKnown"))
    )
  })

  test("ACC-4: no answer quarantines nothing: what came meanwhile is counted, and ordered with the first answer", async () => {
    const at = saying("Nothing")
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Effect.forkScoped(Daemon.run())
        yield* Stage.submit(Stage.trade("a", "0.6", "ZZZZQ"))
        yield* TestClock.adjust("2 minutes")
        yield* Stage.submit(Stage.trade("b", "0.4", "ZZZZQ"))
        expect(yield* trades).toEqual(["a accumulated", "b accumulated"])
        expect(yield* answers).toEqual(["Refused(InstrumentUnverified)"])
        at.says = "Known"
        yield* Stage.until(Stage.statuses, ([status]) => status === "submitted")
        expect(yield* entriesOf("TradeReleased")).toEqual([])
        expect(yield* entriesOf("TradeQuarantined")).toEqual([])
      }),
      stand(at)
    )
  })

  test("ACC-4: a broker that is away after it said no releases nothing, and its next answer does", async () => {
    const at = saying("NotKnown")
    await Stage.play(
      Effect.gen(function* () {
        yield* unknown
        yield* Stage.submit(Stage.trade("a", "0.7", "ZZZZQ"))
        at.says = "Nothing"
        yield* TestClock.adjust("2 minutes")
        expect(yield* trades).toEqual(["first accumulated", "a UnknownInstrument"])
        at.says = "Known"
        yield* Stage.until(Stage.statuses, ([status]) => status === "submitted")
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      stand(at)
    )
  })

  test("ACC-4: what the broker has and does not trade is known: it accumulates, and releases what waited", async () => {
    const at = saying("NotTradable")
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.driving
        yield* Stage.submit(Stage.trade("a", "1", "GONE"))
        yield* Gates.confirmInstruments
        expect(yield* instruments).toEqual(["not_traded"])
        expect(yield* answers).toEqual(["Refused(InstrumentUnknown)"])
        yield* Stage.submit(Stage.trade("b", "1", "GONE"))
        expect(yield* trades).toEqual(["a accumulated", "b accumulated"])
        at.says = "NotKnown"
        yield* Gates.confirm({ account: Stage.account, symbol: Ticker.make("GONE") })
        yield* Stage.submit(Stage.trade("c", "1", "GONE"))
        yield* KnownInstruments.releaseKnown
        expect(yield* trades).toEqual(["a accumulated", "b accumulated", "c UnknownInstrument"])
        expect(yield* KnownInstruments.isBusy).toBe(false)
        at.says = "NotTradable"
        yield* Gates.confirm({ account: Stage.account, symbol: Ticker.make("GONE") })
        expect(yield* KnownInstruments.isBusy).toBe(false)
        expect(yield* trades).toEqual(["a accumulated", "b accumulated", "c accumulated"])
        expect(yield* answers).toEqual(["Refused(InstrumentUnknown)"])
        expect(yield* Stage.orders).toEqual([])
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      stand(at)
    )
  })

  test("ACC-4: an order of its own, and a decision, are refused by name as before", async () => {
    await Stage.play(
      Effect.gen(function* () {
        yield* unknown
        const direct = { type: "market", timeInForce: "day" } as const
        yield* Stage.submit({ ...Stage.trade("own", "1", "ZZZZQ"), direct })
        yield* Stage.until(trades, (all) => all.includes("own OrderEnded"))
        const own = (yield* Reads.all(TradeTable)).find(({ sourceId }) => sourceId === "own")
        expect(own?.detail).toMatch(/^Refused, instrument unknown/)
        const { reason } = yield* Stage.executed({ symbol: Ticker.make("ZZZZQ") })
        expect(reason).toMatch(/^Refused, instrument unknown/)
      }).pipe(Effect.provide(Decisions.layer)),
      stand(saying("NotKnown"))
    )
  })

  test("B4: one that is reversed while it waits, and one that a person dismissed, are never counted; a reversal of what counts is", async () => {
    await Stage.play(
      Effect.gen(function* () {
        yield* unknown
        const [undone, gone] = [Stage.trade("undone", "1", "ZZZZQ"), Stage.trade("gone", "1", "ZZZZQ")]
        yield* Stage.submit(undone, gone, reversal(undone), reversal(Stage.trade("first", "0.3", "ZZZZQ")))
        expect(yield* targets).toEqual(["ZZZZQ 0"])
        const dismissed = (yield* Reads.all(TradeTable)).find(({ sourceId }) => sourceId === "gone")
        if (dismissed === undefined) return yield* Effect.dieMessage("no trade")
        yield* Effect.flatMap(Commands, ({ perform }) =>
          perform({
            id: "dismiss",
            account: Stage.account,
            actor: "test",
            reason: "a typo",
            command: { _tag: "DismissTrade", tradeId: dismissed.id }
          })
        )
        yield* confirmed("ZZZZQ")
        yield* TestClock.adjust("1 minute")
        expect(yield* targets).toEqual(["ZZZZQ 0"])
        expect(yield* entriesOf("TradeReleased")).toEqual([])
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      stand(saying("NotKnown"))
    )
  })

  test("B5: one that is too old as well waits for a person, whatever becomes known", async () => {
    await Stage.play(
      Effect.gen(function* () {
        yield* TestClock.setTime(10 * 86_400_000)
        yield* unknown
        const { submitMany } = yield* Accumulator
        const results = yield* submitMany(Stage.account, [Stage.trade("old", "1", "ZZZZQ")])
        expect(results[0]).toMatchObject({ reason: expect.stringContaining("Too old") })
        yield* confirmed("ZZZZQ")
        yield* TestClock.adjust("1 minute")
        expect((yield* trades)[1]).toContain("TooOld")
      }),
      stand(saying("NotKnown"))
    )
  })

  test("P9: one from before a split is in other shares, and waits for a person", async () => {
    const at = saying("NotKnown")
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.driving
        yield* Stage.submit(Stage.trade("first", "0.3", "ZZZZQ"))
        yield* Gates.confirmInstruments
        yield* Stage.submit(Stage.trade("a", "0.2", "ZZZZQ"))
        const command = {
          _tag: "AcceptSplit",
          symbol: Ticker.make("ZZZZQ"),
          to: 2,
          from: 1,
          cashInLieu: undefined
        } as const
        const asked = { id: "split", account: Stage.account, actor: "test", reason: "2 for 1", command }
        yield* Effect.flatMap(Commands, ({ perform }) => perform(asked))
        yield* TestClock.adjust("1 second")
        yield* Stage.submit(Stage.trade("b", "0.1", "ZZZZQ"))
        at.says = "Known"
        yield* Gates.confirm({ account: Stage.account, symbol: Ticker.make("ZZZZQ") })
        yield* KnownInstruments.releaseKnown
        const [first, a, b] = yield* trades
        expect([first, a, b]).toEqual(["first accumulated", expect.stringContaining("a BeforeSplit"), "b accumulated"])
        expect(yield* targets).toEqual(["ZZZZQ 0.7"])
        expect(yield* KnownInstruments.isBusy).toBe(false)
      }),
      stand(at)
    )
  })

  test("BAT-2: a row waits for its batch's turn first, is quarantined at it, and goes on once the symbol is known", async () => {
    const at = saying("NotKnown")
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.driving
        const batches = yield* Batches.Batches
        const asked = { account: Stage.account, actor: "test", mode: "accumulate", priority: 0 } as const
        const early = yield* batches.create({ ...asked, uid: "early", name: "early" })
        yield* batches.add(early, [{ line: 2, input: Stage.trade("a", "1", "ZZZZQ") }], SourcePolicy.anyAge)
        yield* Gates.confirmInstruments
        const late = yield* batches.create({ ...asked, uid: "late", name: "late" })
        const [row] = yield* batches.add(
          late,
          [{ line: 2, input: Stage.trade("b", "2", "ZZZZQ") }],
          SourcePolicy.anyAge
        )
        expect(row).toMatchObject({ _tag: "Quarantined", reason: expect.stringContaining("Unknown instrument") })
        yield* batches.queue(early.id, { actor: "test" })
        while (yield* BatchWork.workOff()) continue
        expect(yield* trades).toEqual(["a UnknownInstrument", "b UnknownInstrument"])
        expect(yield* targets).toEqual([])
        at.says = "Known"
        yield* Gates.confirm({ account: Stage.account, symbol: Ticker.make("ZZZZQ") })
        yield* KnownInstruments.releaseKnown
        // Of a batch that nobody has queued nothing is counted.
        expect(yield* trades).toEqual(["a accumulated", "b AwaitsBatch"])
        expect((yield* Batches.find(early.id)).status).toBe("success")
        yield* batches.queue(late.id, { actor: "test" })
        while (yield* BatchWork.workOff()) continue
        yield* KnownInstruments.releaseKnown
        expect(yield* targets).toEqual(["ZZZZQ 3"])
        expect((yield* Batches.find(late.id)).status).toBe("success")
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      stand(at)
    )
  })

  test("ACC-2: what a source delivers late holds the account, quarantined or not", async () => {
    await Stage.play(
      Effect.gen(function* () {
        yield* TestClock.setTime(10 * 86_400_000)
        yield* Stage.opened()
        yield* Stage.driving
        const young = Instant.fromMillis(10 * 86_400_000)
        yield* Stage.submit({ ...Stage.trade("first", "1", "ZZZZQ"), tradedAt: young })
        yield* Gates.confirmInstruments
        const old = { ...Stage.trade("old", "1", "ZZZZQ"), tradedAt: Instant.fromMillis(0) }
        yield* Sources.follow(Stage.account, {
          name: "venue",
          policy: SourcePolicy.plain,
          ageMs: Effect.succeed(0),
          deliveries: () => Stream.make({ cursor: "1", trades: [old] })
        })
        expect(yield* trades).toEqual(["first accumulated", "old UnknownInstrument"])
        const [found] = (yield* Reads.all(BreakTable)).filter(({ kind }) => kind === "Backlog")
        expect(found?.holds).toBe("account")
        expect(found && evidenceOf(found)).toContain("1 trade arrived late: ZZZZQ (1 trade")
      }),
      stand(saying("NotKnown"))
    )
  })
})
