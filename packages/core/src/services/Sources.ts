import { Effect, Ref, Schema, Stream } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { Need } from "../books/Need.ts"
import type { Recorder } from "../books/Recorder.ts"
import type { BreakId } from "../values/Id.ts"
import type { Ticker } from "../records/Ticker.ts"
import { joinKey } from "../tables/Table.ts"
import { Ledger } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import { Clock } from "../ports/Clock.ts"
import type { TradeRepository } from "../ports/TradeRepository.ts"
import * as Instant from "../values/Instant.ts"
import type { Delivery, TradeSourceService } from "../ports/TradeSource.ts"
import { type TradeInput, TradeTable } from "../records/Trade.ts"
import { BreakTable } from "../records/Break.ts"
import { judge } from "../rules/trade/age.ts"
import { tellLate, type Late } from "../rules/trade/backlog.ts"
import { CursorTable } from "../records/Cursor.ts"
import { readFrom } from "../rules/trade/SourcePolicy.ts"
import { moveCursor } from "../rules/trade/moveCursor.ts"
import { Accumulator, UnknownAccount } from "./Accumulator.ts"
import type { Health } from "./Health.ts"
import * as Reads from "./Reads.ts"
import { every } from "./work.ts"

/**
 * Takes in all that a source delivers, from where it stood. A delivery's cursor is committed after its trades are: a restart goes
 * on where it was, what comes twice is a duplicate, and nothing that was not taken in is passed over. Trades that are older
 * than the account's `maxTradeAge` are counted, and one break `Backlog` holds the account until somebody has accepted it. That it says
 * nothing for long is for health, and an alert.
 */
export const follow = Effect.fn("Sources.follow")(function* <E>(account: AccountName, source: TradeSourceService<E>) {
  const known = yield* cursorOf(account, source.name)
  const seen = yield* Ref.make<Seen | undefined>(undefined)
  const taking = Stream.runForEach(source.deliveries(known?.cursor), (delivery) =>
    take(account, source, delivery, seen)
  )
  yield* Effect.raceFirst(taking, watchSilence(account, source.name, source.ageMs, source.alarmAfterMs))
})

/** How far a source has come for an account. */
const cursorOf = (account: AccountName, source: string) =>
  Reads.first(CursorTable, {
    where: [
      { column: "account", in: [account] },
      { column: "source", in: [source] }
    ]
  })

/** A source has said nothing for longer than it may: no trades and no connection look alike from the books. */
class SourceSilent extends Schema.TaggedError<SourceSilent>()("SourceSilent", { ageMs: Schema.Number }) {
  override get message() {
    return `no message for ${Math.floor(this.ageMs / 1000)} s`
  }
}

const ALARM_AFTER_MS = 15 * 60_000

/** Health says for as long as a source is followed whether it is heard of. */
const watchSilence = <E, R>(
  account: AccountName,
  name: string,
  ageMs: Effect.Effect<number, E, R>,
  alarmAfterMs = ALARM_AFTER_MS
): Effect.Effect<never, never, Health | R> =>
  every(
    `source ${name} of ${account}`,
    "15 seconds",
    Effect.flatMap(ageMs, (silent) => (silent < alarmAfterMs ? Effect.void : new SourceSilent({ ageMs: silent })))
  )

/** The same of a source that hands over its trades: it is heard of where its cursor moves, also without a trade. */
export const watchPushed = (
  account: AccountName,
  name: string,
  alarmAfterMs: number
): Effect.Effect<never, never, Health | Clock | TradeRepository> =>
  Effect.gen(function* () {
    const { now } = yield* Clock
    const begun = yield* now
    const ageMs = Effect.gen(function* () {
      const heardAt = (yield* cursorOf(account, name))?.at ?? begun
      // Nobody could hand over anything before we began.
      return Math.min(Instant.millisBetween(heardAt, yield* now), Instant.millisBetween(begun, yield* now))
    })
    return yield* watchSilence(account, name, ageMs, alarmAfterMs)
  })

const take = <E>(
  account: AccountName,
  source: TradeSourceService<E>,
  { cursor, raw, trades }: Delivery,
  seen: Ref.Ref<Seen | undefined>
) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const accumulator = yield* Accumulator
    yield* accumulator.submitMany(account, trades, { ...readFrom(source.policy, raw), delivery: "resumed" })
    const late = yield* lateSince(account, seen)
    const moved = cursorMember(account, source.name, (recorder) => {
      moveCursor(recorder, source.name, cursor)
      if (late !== undefined) tellLate(recorder, late)
    })
    yield* ledger.submit("intake", moved)
  })

/** Where a source has come to with a delivery, and which one that follows: none where it is the first. */
export interface Step {
  readonly cursor: string
  readonly after: string | undefined
}

/** Trades as those of a source: whose one is (A1), the batch whose row it is, and that it was proposed, is not for a source to say. */
export const under = (source: string, trades: ReadonlyArray<TradeInput>): ReadonlyArray<TradeInput> =>
  trades.map((trade) => ({ ...trade, source, batch: undefined, proposal: undefined }))

/** A delivery does not follow what was taken before, which had come to `cursor`: one is missing, or an old one comes late. */
export class OutOfOrder extends Schema.TaggedError<OutOfOrder>()("OutOfOrder", {
  source: Schema.String,
  cursor: Schema.UndefinedOr(Schema.String)
}) {
  override get message() {
    return this.cursor === undefined
      ? `${this.source} has delivered nothing yet: its first delivery must not follow another one`
      : `the last delivery of ${this.source} ended at ${this.cursor}, and this one does not follow it`
  }
}

/**
 * Takes in what a source hands over, each trade exactly once. Where it says which delivery that follows, one that does not follow what was
 * taken before fails with `OutOfOrder`, and nothing of it is taken. The same step again takes what it has: duplicates, and what was added.
 * Of two that follow the same one at the same moment the second fails too, though its trades are in.
 */
export const takePushed = Effect.fn("Sources.takePushed")(function* (
  account: AccountName,
  { name, policy }: Pick<TradeSourceService<never>, "name" | "policy">,
  trades: ReadonlyArray<TradeInput>,
  step?: Step
) {
  if ((yield* Reads.account(account)) === undefined) return yield* new UnknownAccount({ account })
  const taking = Effect.flatMap(Accumulator, ({ submitMany }) => submitMany(account, under(name, trades), policy))
  if (step === undefined) return yield* taking
  const { after, cursor } = step
  const known = (yield* cursorOf(account, name))?.cursor
  if (known !== after && known !== cursor) return yield* new OutOfOrder({ source: name, cursor: known })
  const results = yield* taking
  const moved = cursorMember(account, name, (recorder) => {
    const standing = recorder.books.cursors.get(joinKey([account, name]))?.cursor
    // One that was long in coming does not set back what came after it.
    if (standing !== after) return standing
    moveCursor(recorder, name, cursor)
    return cursor
  })
  const reached = yield* Effect.flatMap(Ledger, (ledger) => ledger.submit("intake", moved))
  return reached === cursor ? results : yield* new OutOfOrder({ source: name, cursor: reached })
})

const cursorMember = <A>(account: AccountName, source: string, apply: (recorder: Recorder) => A): Member<A> => ({
  account,
  cause: { kind: "trade", actor: source },
  needs: [Need.Cursor({ account, source })],
  apply
})

/** How far the late trades of an open break were counted. */
interface Seen {
  readonly breakId: BreakId
  readonly lastId: number
  readonly late: Late
}

/** What has come late since the break about it was opened, by instrument; nothing where none is open. What was counted is not read again. */
const lateSince = Effect.fn("Sources.lateSince")(function* (account: AccountName, seen: Ref.Ref<Seen | undefined>) {
  const open = yield* Reads.first(BreakTable, {
    where: [
      { column: "account", in: [account] },
      { column: "kind", in: ["Backlog"] },
      { column: "closedAt", in: [null] }
    ]
  })
  const settings = yield* Reads.account(account)
  if (open === undefined || settings === undefined) return undefined
  const before = yield* Ref.get(seen)
  const counted =
    before?.breakId === open.id ? before : { lastId: before?.lastId ?? 0, late: new Map<Ticker, number>() }
  const trades = yield* Reads.all(TradeTable, {
    where: [
      { column: "account", in: [account] },
      { column: "createdAt", atLeast: Number(open.openedAt) },
      { column: "id", atLeast: counted.lastId + 1 }
    ]
  })
  const late = new Map(counted.late)
  for (const { createdAt, reason, status, symbol, tradedAt } of trades) {
    const isLate = judge(settings, tradedAt, createdAt, { delivery: "resumed" })._tag === "Late"
    const isCounted = status === "pending" ? reason === "UnknownInstrument" : status !== "failed"
    if (isLate && isCounted) late.set(symbol, (late.get(symbol) ?? 0) + 1)
  }
  yield* Ref.set(seen, { breakId: open.id, lastId: trades.at(-1)?.id ?? counted.lastId, late })
  return late
})
