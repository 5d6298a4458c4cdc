import { Effect } from "effect"
import { describe, expect, test } from "vitest"
import { InstrumentTable } from "../../src/records/Instrument.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import type { BrokerInstrument } from "../../src/ports/Broker.ts"
import { TradeRepository } from "../../src/ports/TradeRepository.ts"
import { PositionTable } from "../../src/records/Position.ts"
import * as Audit from "../../src/services/Audit.ts"
import * as Batches from "../../src/services/Batches.ts"
import * as BatchWork from "../../src/services/BatchWork.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as KnownInstruments from "../../src/services/KnownInstruments.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as SourcePolicy from "../../src/rules/trade/SourcePolicy.ts"
import { TradeTable, type TradeInput } from "../../src/records/Trade.ts"
import * as Stage from "./Stage.ts"

const symbol = Ticker.make("ZZZZQ")

const trades = Effect.map(Reads.all(TradeTable), (all) =>
  all.map(({ reason, sourceId, status }) => (reason === undefined ? `${sourceId} ${status}` : `${sourceId} ${reason}`))
)

const targets = Effect.map(Reads.all(PositionTable), (all) =>
  all.map((each) => `${each.symbol} ${Decimal.format(each.target)}`)
)

const sold = (sourceId: string, quantity: string): TradeInput => ({
  ...Stage.trade(sourceId, quantity, symbol),
  side: "sell"
})

/** A broker that knows an instrument or says that it has none, as the test says at a time. */
const stand = (at: { says: BrokerInstrument["_tag"] }) =>
  Stage.layer({
    instrument: (asked) =>
      Effect.sync(() => (at.says === "Known" ? Stage.known(asked) : ({ _tag: "NotKnown", symbol: asked } as const)))
  })

const asking = Gates.confirm({ account: Stage.account, symbol })

/** A trade was counted before its broker was asked, and the broker has said that it has no such instrument. */
const unknown = Effect.gen(function* () {
  yield* Stage.opened()
  yield* Stage.driving
  yield* Stage.submit(Stage.trade("first", "1", symbol))
  yield* Gates.confirmInstruments
})

const request = {
  id: "confirm",
  account: Stage.account,
  actor: "test",
  reason: "listed elsewhere",
  command: { _tag: "DeclareInstrument", symbol, lot: undefined, tick: undefined }
} as const

/** The tables of which a pass reads rows. */
const readBy = <A, E, R>(pass: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository
    const tables = new Set<string>()
    yield* Effect.provideService(pass, TradeRepository, {
      ...repository,
      page: (query) => {
        tables.add(query.table)
        return repository.page(query)
      }
    })
    return [...tables]
  })

describe("an instrument that becomes known", () => {
  test("D1: nothing is ordered by its broker's answer before what was quarantined for it is counted", async () => {
    const at: Parameters<typeof stand>[0] = { says: "NotKnown" }
    await Stage.play(
      Effect.gen(function* () {
        yield* unknown
        yield* Stage.submit(sold("gone", "1"))
        at.says = "Known"
        yield* asking
        yield* KnownInstruments.releaseKnown
        expect(yield* trades).toEqual(["first completed", "gone completed"])
        expect(yield* Stage.orders).toEqual([])
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      stand(at)
    )
  })

  test("D1: nor by a person's confirmation, and its dry run shows the order that follows", async () => {
    await Stage.play(
      Effect.gen(function* () {
        yield* unknown
        yield* Stage.submit(sold("gone", "1"), Stage.trade("more", "2", symbol))
        const { perform, rehearse } = yield* Commands
        const { effects } = yield* rehearse(request)
        expect(effects.orders.map(({ quantity }) => Decimal.format(quantity))).toEqual(["2"])
        expect(yield* targets).toEqual(["ZZZZQ 1"])
        yield* perform(request)
        yield* KnownInstruments.releaseKnown
        expect((yield* Stage.orders).map(({ quantity }) => Decimal.format(quantity))).toEqual(["2"])
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      stand({ says: "NotKnown" })
    )
  })

  test("ACC-4: while it is unknown, no look reads what is quarantined for it", async () => {
    await Stage.play(
      Effect.gen(function* () {
        yield* unknown
        yield* Stage.submit(Stage.trade("a", "1", symbol))
        expect(yield* readBy(KnownInstruments.releaseKnown)).not.toContain("trades")
        expect(yield* readBy(KnownInstruments.isBusy)).not.toContain("trades")
      }),
      stand({ says: "NotKnown" })
    )
  })

  test("ACC-4: a program that died between the answer and the releases is followed by any other", async () => {
    const at: Parameters<typeof stand>[0] = { says: "NotKnown" }
    await Stage.play(
      Effect.gen(function* () {
        yield* unknown
        yield* Stage.submit(Stage.trade("a", "2", symbol))
        at.says = "Known"
        const repository = yield* TradeRepository
        const dies = Effect.provideService(asking, TradeRepository, {
          ...repository,
          page: (query) => (query.table === "trades" ? Effect.die("killed") : repository.page(query))
        })
        yield* Effect.exit(dies)
        expect((yield* Reads.all(InstrumentTable)).map(({ status }) => status)).toEqual(["verified"])
        // Whatever touches the position meanwhile orders nothing either.
        yield* Stage.submit(sold("b", "1"))
        expect(yield* Stage.orders).toEqual([])
        expect(yield* KnownInstruments.isBusy).toBe(true)
        yield* KnownInstruments.releaseKnown
        yield* KnownInstruments.releaseKnown
        expect(yield* KnownInstruments.isBusy).toBe(false)
        expect(yield* targets).toEqual(["ZZZZQ 2"])
        expect((yield* Stage.orders).map(({ quantity }) => Decimal.format(quantity))).toEqual(["2"])
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      stand(at)
    )
  })

  test("P9: a trade from before a split says that it is from before one, and no longer that its instrument is unknown", async () => {
    const at: Parameters<typeof stand>[0] = { says: "NotKnown" }
    await Stage.play(
      Effect.gen(function* () {
        yield* unknown
        yield* Stage.submit(Stage.trade("a", "0.2", symbol))
        const command = { _tag: "AcceptSplit", symbol, to: 2, from: 1, cashInLieu: undefined } as const
        yield* Effect.flatMap(Commands, ({ perform }) => perform({ ...request, id: "split", command }))
        at.says = "Known"
        yield* asking
        yield* KnownInstruments.releaseKnown
        expect(yield* trades).toEqual(["first accumulated", "a BeforeSplit"])
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      stand(at)
    )
  })

  test("BAT-2: a row of a batch that is not queued waits for its batch's turn again", async () => {
    const at: Parameters<typeof stand>[0] = { says: "NotKnown" }
    await Stage.play(
      Effect.gen(function* () {
        yield* unknown
        const batches = yield* Batches.Batches
        const asked = { account: Stage.account, actor: "test", mode: "accumulate", priority: 0 } as const
        const late = yield* batches.create({ ...asked, uid: "late", name: "late" })
        yield* batches.add(late, [{ line: 2, input: Stage.trade("row", "2", symbol) }], SourcePolicy.anyAge)
        at.says = "Known"
        yield* asking
        yield* KnownInstruments.releaseKnown
        expect((yield* trades)[1]).toBe("row AwaitsBatch")
        yield* batches.queue(late.id, { actor: "test" })
        while (yield* BatchWork.workOff()) continue
        expect(yield* targets).toEqual(["ZZZZQ 3"])
        expect((yield* Batches.find(late.id)).status).toBe("success")
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      stand(at)
    )
  })

  test("BAT-2: batches that wait for nothing but a person's decision keep no other from its turn", async () => {
    await Stage.play(
      Effect.gen(function* () {
        yield* unknown
        const batches = yield* Batches.Batches
        const asked = { account: Stage.account, actor: "test", mode: "accumulate", priority: 0 } as const
        for (const [uid, of] of [
          ["stuck", symbol],
          ["next", "AAPL"]
        ] as const) {
          const { id, ...batch } = yield* batches.create({ ...asked, uid, name: uid })
          yield* batches.add({ id, ...batch }, [{ line: 2, input: Stage.trade(uid, "1", of) }], SourcePolicy.anyAge)
          yield* batches.queue(id, { actor: "test" })
        }
        while (yield* BatchWork.workOff(1)) continue
        expect(yield* trades).toEqual(["first accumulated", "stuck UnknownInstrument", "next accumulated"])
        expect(yield* BatchWork.isBusy(1)).toBe(false)
      }),
      stand({ says: "NotKnown" })
    )
  })
})
