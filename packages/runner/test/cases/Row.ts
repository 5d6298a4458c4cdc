import type { Exchange, Instruction } from "@roundlot/broker-paper"
import { Broker, Commands, Decimal, Fill, Order, Position, Quantity, Reads } from "@roundlot/core"
import { Entropy, type Id } from "@roundlot/core/adapter"
import {
  Break,
  Cancels,
  Doubts,
  Gates,
  Health,
  PositionAnswer,
  Reconciliation,
  Refusals,
  RefusedAccounts,
  StartGate,
  Submission,
  Sweep,
  Tracking
} from "@roundlot/core/ledger"
import type { AccountName, Accumulator, Clock as MarketClock } from "@roundlot/core"
import type { TradeRepository } from "@roundlot/core/adapter"
import type { Ledger } from "@roundlot/core/ledger"
import { assert } from "@effect/vitest"
import { Effect, Option, Schedule } from "effect"
import { carryingOut } from "@roundlot/commands"
import { account, audited, orders, submit, trade } from "../engine/Engine.ts"
import { engineAt, workingAfter } from "../engine/faults.ts"
import { clockAhead, startOf } from "./ahead.ts"
import type { Ahead } from "./ahead.ts"
import { places } from "./Place.ts"
import type { Name, Place } from "./Place.ts"
import type { Telling } from "./retelling.ts"

/** What an order of ours that works at a broker is called there, and by which broker. */
export interface Scene {
  readonly id: string
  readonly there: AccountName.AccountName
  readonly name: Name
}

type Needed =
  | Accumulator.Accumulator
  | Broker.Brokers
  | Commands.Commands
  | Health.Health
  | Ledger.Ledger
  | MarketClock.Clock
  | TradeRepository.TradeRepository

type Doing = Effect.Effect<unknown, unknown, Needed>

/** What we do ourselves, as a daemon does it on its schedule. */
type NamedAct =
  | "pin"
  | "read"
  | "reconcile"
  | "reconcileAll"
  | "askForDoubtful"
  | "lookFor"
  | "confirmRefusals"
  | "gates"
  | "readAccount"
  | "requestCancels"
  | "send"
  | "cancel"
  | "ended"
  | "replace"

/** What an operator says of the oldest order, as 'orders resolve --ended' does: with a dry run, or done. */
const endedThere = (orderId: Id.OrderId, dryRun: boolean) =>
  carryingOut
    .carryOut({
      account,
      command: { _tag: "MarkEnded", orderId },
      reason: "inactive in the broker's app",
      commandId: Option.none(),
      dryRun
    })
    .pipe(Effect.provide(Entropy.layerSecure))

const oldest = Effect.flatMap(orders, ([first]) => Effect.fromNullable(first))

/** How often an account is read where nothing is said of its state. */
const READINGS = Schedule.intersect(Schedule.spaced("200 millis"), Schedule.recurs(50))

const namedActs: { readonly [D in NamedAct]: Doing } = {
  pin: StartGate.prove(account),
  read: Effect.zipRight(Sweep.sweep(account), Tracking.pollAll),
  reconcile: Reconciliation.reconcile(account),
  reconcileAll: Reconciliation.reconcileEach(),
  askForDoubtful: Effect.flatMap(Doubts.makeAsked, (asked) => Doubts.askForDoubtful(asked)),
  lookFor: Effect.flatMap(orders, ([order]) => (order === undefined ? Effect.void : Doubts.lookFor(order))),
  confirmRefusals: Effect.flatMap(Refusals.makeAskedRefusals, (asked) => Refusals.confirmRefusals(asked)),
  gates: Gates.openGates,
  /** Refusals: the state of the account is read until two readings have let it go. */
  readAccount: Effect.flatMap(RefusedAccounts.makeAskedAccounts, (asked) =>
    RefusedAccounts.readRefused(asked).pipe(Effect.repeat({ while: (open) => open > 0, schedule: READINGS }))
  ),
  requestCancels: Cancels.requestCancels(),
  send: Effect.zipRight(
    Gates.confirmInstruments,
    Submission.submitPending(() => Effect.succeed(true))
  ),
  /** An operator has the oldest order cancelled. */
  cancel: Effect.gen(function* () {
    const [first] = yield* orders
    const orderId = first?.id ?? assert.fail("there is no order")
    const command = { _tag: "Cancel", orderId } as const
    yield* (yield* Commands.Commands).perform({ id: "cancel", account, actor: "test", reason: "enough", command })
  }),
  /** An operator sees what is contradicted and what would follow, which changes nothing; then says that the oldest order has ended. */
  ended: Effect.gen(function* () {
    const before = yield* oldest
    const rehearsed = yield* endedThere(before.id, true)
    assert.isDefined(rehearsed.contradiction)
    assert.match(carryingOut.sentenceOf(rehearsed), /It would end as cancelled\./)
    assert.deepStrictEqual(yield* oldest, before)
    const { done } = yield* endedThere(before.id, false)
    assert.strictEqual(done, rehearsed.done)
    assert.strictEqual((yield* oldest).status, "cancelled")
  }),
  /** The broker is asked for another order of two shares in the place of the oldest. */
  replace: Effect.gen(function* () {
    const { replace } = yield* Broker.brokerOf(account)
    const [first] = yield* orders
    const order = first === undefined ? undefined : Order.acknowledgedOf(first)
    if (replace === undefined || order === undefined) return assert.fail("there is nothing to replace")
    assert.strictEqual((yield* replace(order, { quantity: Quantity.unsafe("2") }))._tag, "Requested")
  })
}

const comparing = ["reconcileAll", "reconcile"] as const

const isNamedAct = (act: Act): act is NamedAct => typeof act === "string" && act in namedActs

/** What happens: the exchange is told something, the broker tells something otherwise, time goes by, or we do something. */
export type Act =
  | Instruction.ActInput
  | Instruction.InstructionInput
  /** The exchange's newest execution had two shares only, or none; its newest order is cancelled. */
  | "correct"
  | "bust"
  | "end"
  | NamedAct
  | { readonly tells: Telling }
  | { readonly laterMs: number }
  | { readonly taken: string }

/** A row of the case table at the brokers that can bring it about: what happens, and what our books then say. */
export interface Row {
  readonly row: string
  readonly what: string
  readonly at: ReadonlyArray<Name>
  /** The order is a decision's, with this limit; without it a position's, at market. */
  readonly limit?: string
  /** Happens before an order for three shares is sent, which then works; without it that works at once. */
  readonly first?: (scene: Omit<Scene, "id">) => ReadonlyArray<Act>
  readonly acts: (scene: Scene) => ReadonlyArray<Act>
  /** Status and filled shares of every order, ours first; with what it is for where that is not three shares. */
  readonly orders: ReadonlyArray<string>
  readonly breaks?: ReadonlyArray<string>
  /** Every break that there ever was, where some have closed. */
  readonly passed?: ReadonlyArray<string>
  /** What the evidence of the breaks says. */
  readonly evidence?: RegExp
  /** What health says is not well. */
  readonly health?: RegExp
  /** Limit prices of all orders that have one. */
  readonly limits?: ReadonlyArray<string>
  /** What the broker calls our order. */
  readonly raw?: { readonly [N in Name]?: string }
  /** How often our order was sent. */
  readonly attempts?: number
  /** What the position answers to "what order would be made now?". */
  readonly answer?: string
  /** How many fills have waited for their order. */
  readonly waited?: number
}

const newest = <A extends object>(all: Effect.Effect<ReadonlyArray<A>, unknown>) =>
  Effect.flatMap(all, (each) => Effect.fromNullable(each.at(-1)))

type Acting = Exclude<
  Act,
  NamedAct | { readonly tells: Telling } | { readonly laterMs: number } | { readonly taken: string }
>

const instructionOf = (
  exchange: Exchange.ExchangeService,
  act: Acting
): Effect.Effect<Omit<Instruction.InstructionInput, "id">, unknown> => {
  if (act === "end")
    return Effect.map(newest(exchange.orders), ({ brokerOrderId }) => ({ do: { cancel: { brokerOrderId } } }))
  if (act === "correct")
    return Effect.map(newest(exchange.fills), ({ execId }) => ({ do: { correct: { execId, quantity: "2" } } }))
  if (act === "bust") return Effect.map(newest(exchange.fills), ({ execId }) => ({ do: { bust: { execId } } }))
  return Effect.succeed("do" in act ? act : { do: act })
}

/** Lets things happen at a place, one after another. */
export const happens = ({ exchange, tells }: Place, ahead: Ahead) => {
  let told = 0
  return (act: Act): Doing => {
    if (isNamedAct(act)) return namedActs[act]
    if (typeof act === "object" && "tells" in act) return tells(act.tells)
    if (typeof act === "object" && "laterMs" in act) return Effect.sync(() => void (ahead.ms += act.laterMs))
    if (typeof act === "object" && "taken" in act) return submit(trade("buy", act.taken))
    return Effect.flatMap(instructionOf(exchange, act), (instruction) =>
      exchange.instruct({ ...instruction, id: `act-${++told}` })
    )
  }
}

const THREE = Decimal.unsafe("3")

/** Status and filled shares of every order, with what it is for where that is not three shares. */
export const shown = Effect.map(orders, (all) =>
  all.map(({ filled, origin, quantity, status }) => {
    const size = origin === "external" || Decimal.equals(quantity, THREE) ? "" : ` of ${Decimal.format(quantity)}`
    return `${status} ${Decimal.format(filled)}${size}`
  })
)

/** The breaks that are open. */
export const open = Reads.all(Break.BreakTable, { where: [{ column: "closedAt", in: [null] }] })

const unwell = Effect.flatMap(Health.Health, ({ all }) =>
  Effect.map(all, (parts) => parts.flatMap(({ detail, isWell }) => (isWell ? [] : [detail])))
)

const heads = Effect.map(Effect.zip(orders, open), ([all, breaks]) => [
  ...all.map(({ version }) => version),
  ...breaks.map(Break.evidenceOf)
])

const isRetold = ({ acts, first }: Row, scene: Scene): boolean =>
  [...(first?.(scene) ?? []), ...acts(scene)].some(
    (act) => typeof act === "object" && "tells" in act && Object.keys(act.tells).length > 0
  )

const assertBooks = (name: Name, row: Row) =>
  Effect.gen(function* () {
    const { answer, attempts = 1, breaks = [], passed = breaks, evidence = /^/, health, limits, raw, waited } = row
    assert.deepStrictEqual(yield* shown, row.orders)
    assert.strictEqual((yield* orders)[0]?.attempts, attempts)
    const found = yield* open
    assert.deepStrictEqual(
      found.map(({ kind }) => kind),
      breaks
    )
    assert.deepStrictEqual(
      (yield* Reads.all(Break.BreakTable)).map(({ kind }) => kind),
      passed
    )
    for (const each of found) assert.match(Break.evidenceOf(each), evidence)
    if (health !== undefined) assert.match((yield* unwell).join("; "), health)
    if (limits !== undefined)
      assert.deepStrictEqual(
        (yield* orders).flatMap(({ limitPrice }) => (limitPrice === undefined ? [] : [Decimal.format(limitPrice)])),
        limits
      )
    if (raw !== undefined) assert.strictEqual((yield* orders)[0]?.rawStatus, raw[name])
    const [position] = yield* Reads.all(Position.PositionTable)
    if (answer !== undefined) assert.strictEqual(position && PositionAnswer.answerText(position.answer), answer)
    if (waited !== undefined) assert.lengthOf(yield* Reads.all(Fill.WaitingFillTable), waited)
  })

const SECOND_READING_MS = 1_100

/** The row holds at a broker; reading, and comparing, once more changes nothing. */
export const assertRow = (name: Name, row: Row) => {
  const ahead = { ms: startOf(name) }
  return Effect.gen(function* () {
    const place = yield* places[name](isRetold(row, { id: "", there: account, name }))
    const { exchange, there } = place
    const broker = yield* place.connect
    yield* Effect.gen(function* () {
      const happen = happens(place, ahead)
      const id = yield* workingAfter(exchange, "3", {
        limit: row.limit,
        first: Effect.forEach(row.first?.({ there, name }) ?? [], happen)
      })
      const acts = row.acts({ id: id ?? "none", there, name })
      yield* Effect.forEach(acts, happen)
      const last = comparing.find((deed) => acts.includes(deed)) ?? "read"
      if (acts.at(-1) !== last) yield* happen(last)
      // W11: an end that nobody asked for is read a second time, later, then asked for, and read once more.
      if ((yield* orders).some(({ endReported }) => endReported !== undefined)) {
        ahead.ms += SECOND_READING_MS
        yield* happen(last)
        yield* Cancels.requestCancels()
        ahead.ms += SECOND_READING_MS
        yield* happen(last)
      }
      yield* assertBooks(name, row)
      const before = yield* heads
      yield* happen(last)
      assert.deepStrictEqual(yield* heads, before)
      assert.deepStrictEqual(yield* audited, [])
    }).pipe(Effect.provide(engineAt(broker, exchange).services))
  }).pipe(Effect.withClock(clockAhead(ahead)))
}
