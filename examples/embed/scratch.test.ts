import { expect, it } from "@effect/vitest"
import { Account, AccountName, Accumulator, Attempt, Broker, Clock, Commands, Daemon, Decimal, Entropy, Health, Instant, Ledger, MemoryRepository, Order, Position, Quantity, Reads, Report, Trade, TradeRepository, Id, Ticker } from "@roundlot/core"
import { Effect, Either, Layer, Stream, Ref } from "effect"
import * as HouseBroker from "./HouseBroker.ts"
const desk = AccountName.AccountName.make("desk")
const base = Layer.mergeAll(MemoryRepository.layerMemory, Clock.layerAlwaysOpen, Entropy.layerSecure)
const layerOf = (brokers: Layer.Layer<Broker.Brokers, never, Clock.Clock>) => Layer.mergeAll(Accumulator.layer, Commands.layer, Health.layer, brokers).pipe(Layer.provideMerge(Ledger.layer), Layer.provideMerge(base))
const t = (sourceId: string, o: any = {}): any => ({ source: "venue", sourceId, occurrence: "", symbol: "AAPL", side: "buy", quantity: Quantity.unsafe("1"), price: undefined, tradedAt: Instant.fromMillis(0), reverses: undefined, ...o })
const patched = (answer: any, env: any = "paper") => Layer.effect(Broker.Brokers, Effect.map(Clock.Clock, (clock) => { const b = HouseBroker.make(desk, clock); return { get: () => Effect.succeed({ ...b, environment: env, prepare: (terms: any) => Either.map(b.prepare(terms), (p) => answer === undefined ? p : ({ ...p, send: (attemptId: any) => Effect.map(clock.now, (at) => ({ report: { _tag: "Answered", account: desk, asOf: at, asOfKind: "ours", attemptId, answer, httpStatus: undefined }, payload: undefined })) })) } as any) } }))
const run = (layer: any, body: any) => Effect.scoped(body).pipe(Effect.provide(layer)) as any
it.live("noprice", () => run(layerOf(HouseBroker.layer(desk)), Effect.gen(function* () {
  const l = yield* Ledger.Ledger; const n = yield* Ref.make(0)
  yield* Effect.forkScoped(Stream.runForEach(l.commits, () => Ref.update(n, (x) => x + 1)))
  yield* (yield* Commands.Commands).setAccount(desk, { ...Account.defaultSettings, thresholdNotional: Quantity.unsafe("100") }, "x")
  yield* Effect.forkScoped(Daemon.run())
  yield* (yield* Accumulator.Accumulator).submit(desk, t("1"))
  yield* Effect.sleep("2 seconds")
  console.log("NOPRICE commits in 2s", yield* Ref.get(n), (yield* Reads.all(Position.PositionTable)).map((p) => p.answer))
})))
it.live("notsent", () => run(layerOf(patched(Report.Answer.NotSent({ why: "401", retryAfterMs: undefined })) as any), Effect.gen(function* () {
  yield* (yield* Commands.Commands).setAccount(desk, Account.defaultSettings, "x")
  yield* Effect.forkScoped(Daemon.run())
  yield* (yield* Accumulator.Accumulator).submit(desk, t("1"))
  yield* Effect.sleep("2 seconds")
  console.log("NOTSENT attempts in 2s", (yield* Reads.all(Attempt.AttemptTable)).length)
})))
it.live("env", () => run(layerOf(patched(undefined, "live") as any), Effect.gen(function* () {
  yield* (yield* Commands.Commands).setAccount(desk, Account.defaultSettings, "x")
  yield* Effect.forkScoped(Daemon.run())
  yield* (yield* Accumulator.Accumulator).submit(desk, t("1"))
  yield* Daemon.untilIdle
  console.log("ENV paper account, live broker:", (yield* Reads.all(Order.OrderTable)).map((o) => o.status))
})))
it.live("doubt idle", () => run(layerOf(patched(Report.Answer.Unknown({ why: "timeout", candidate: undefined })) as any), Effect.gen(function* () {
  yield* (yield* Commands.Commands).setAccount(desk, Account.defaultSettings, "x")
  yield* Effect.forkScoped(Daemon.run())
  yield* (yield* Accumulator.Accumulator).submit(desk, t("1"))
  const at = Date.now()
  const left = yield* Daemon.untilIdle
  console.log("IDLE after ms", Date.now() - at, left.orders.map((o) => o.status))
})))
it.live("resume scope", () => run(layerOf(HouseBroker.layer(desk)), Effect.gen(function* () {
  const c = yield* Commands.Commands; const a = yield* Accumulator.Accumulator
  yield* c.setAccount(desk, Account.defaultSettings, "x")
  const cmd = (id: string, command: any) => c.perform({ id, account: desk, actor: "x", reason: "r", command })
  yield* a.submitMany(desk, [t("1"), t("2", { symbol: "MSFT" })])
  // confirm instruments w/o daemon
  const G = yield* Effect.promise(() => import("@roundlot/core"))
  yield* G.Gates.confirmInstruments
  const orders = yield* Reads.all(Order.OrderTable)
  for (const o of orders) yield* cmd(`c${o.id}`, { _tag: "Cancel", orderId: o.id })
  console.log("HELD", (yield* Reads.all(Position.PositionTable)).map((p) => `${p.symbol} ${p.held} ${p.answer}`))
  yield* cmd("r", { _tag: "Resume", scope: { _tag: "OneSymbol", symbol: "AAPL" } })
  console.log("AFTER resume AAPL", (yield* Reads.all(Position.PositionTable)).map((p) => `${p.symbol} ${p.held} ${p.answer}`))
})))
it.live("reversal before quarantined", () => run(layerOf(HouseBroker.layer(desk)), Effect.gen(function* () {
  const c = yield* Commands.Commands; const a = yield* Accumulator.Accumulator
  yield* c.setAccount(desk, Account.defaultSettings, "x")
  console.log(yield* a.submit(desk, t("r1", { side: "sell", symbol: "odd name", reverses: { sourceId: "1", occurrence: "" } })))
  console.log(yield* a.submit(desk, t("1", { symbol: "odd name" })))
  console.log(yield* c.perform({ id: "rel", account: desk, actor: "x", reason: "r", command: { _tag: "Release", tradeId: Id.TradeId.make(2), symbol: Ticker.Ticker.make("AAPL") } }))
  console.log("REV", (yield* Reads.all(Trade.TradeTable)).map((p) => `T${p.id} ${p.status} ${p.reason}`))
})))
