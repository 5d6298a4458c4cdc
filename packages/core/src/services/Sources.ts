import { Effect, Ref, Schema, Stream } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { Need } from "../books/Need.ts"
import type { BreakId } from "../values/Id.ts"
import type { Ticker } from "../records/Ticker.ts"
import { Ledger } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import type { Delivery, TradeSourceService } from "../ports/TradeSource.ts"
import { BreakTable } from "../records/Break.ts"
import { judge } from "../rules/trade/age.ts"
import { tellLate, type Late } from "../rules/trade/backlog.ts"
import { CursorTable } from "../records/Cursor.ts"
import { moveCursor } from "../rules/trade/moveCursor.ts"
import { TradeTable } from "../records/Trade.ts"
import { Accumulator } from "./Accumulator.ts"
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
  const known = yield* Reads.first(CursorTable, {
    where: [
      { column: "account", in: [account] },
      { column: "source", in: [source.name] }
    ]
  })
  const seen = yield* Ref.make<Seen | undefined>(undefined)
  const taking = Stream.runForEach(source.deliveries(known?.cursor), (delivery) =>
    take(account, source, delivery, seen)
  )
  yield* Effect.raceFirst(taking, watchSilence(account, source))
})

/** A source has said nothing for longer than it may: no trades and no connection look alike from the books. */
class SourceSilent extends Schema.TaggedError<SourceSilent>()("SourceSilent", { ageMs: Schema.Number }) {
  override get message() {
    return `it has said nothing for ${Math.floor(this.ageMs / 1000)} s`
  }
}

const ALARM_AFTER_MS = 15 * 60_000

/** Health says for as long as a source is followed whether it is heard of. */
const watchSilence = <E>(
  account: AccountName,
  { ageMs, alarmAfterMs = ALARM_AFTER_MS, name }: TradeSourceService<E>
): Effect.Effect<never, never, Health> =>
  every(
    `source ${name} of ${account}`,
    "15 seconds",
    Effect.flatMap(ageMs, (silent) => (silent < alarmAfterMs ? Effect.void : new SourceSilent({ ageMs: silent })))
  )

const take = <E>(
  account: AccountName,
  source: TradeSourceService<E>,
  { cursor, trades }: Delivery,
  seen: Ref.Ref<Seen | undefined>
) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const accumulator = yield* Accumulator
    yield* accumulator.submitMany(account, trades, { ...source.policy, delivery: "resumed" })
    const late = yield* lateSince(account, seen)
    yield* ledger.submit("intake", cursorMember(account, source.name, cursor, late))
  })

const cursorMember = (account: AccountName, source: string, cursor: string, late: Late | undefined): Member<void> => ({
  account,
  cause: { kind: "trade", actor: source },
  needs: [Need.Cursor({ account, source })],
  apply: (recorder) => {
    moveCursor(recorder, source, cursor)
    if (late !== undefined) tellLate(recorder, late)
  }
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
