import { Effect } from "effect"
import type { Cell } from "../tables/Column.ts"
import { Need } from "../books/Need.ts"
import { endRelease, releaseKnown as release } from "../rules/batch/releaseKnown.ts"
import { InstrumentTable, type Instrument } from "../records/Instrument.ts"
import type { Ticker } from "../records/Ticker.ts"
import { Ledger } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import { TradeTable, type Trade } from "../records/Trade.ts"
import { driven } from "./drive.ts"
import * as Reads from "./Reads.ts"

/** How many trades are released together. */
const ROWS = 500

type Named = Pick<Instrument, "account" | "symbol">

/** What is quarantined for an instrument because that was unknown. */
const quarantined = ({ account, symbol }: Named, after?: ReadonlyArray<Cell>) =>
  Reads.page(TradeTable, {
    where: [
      { column: "account", in: [account] },
      { column: "symbol", in: [symbol] },
      { column: "status", in: ["pending"] },
      { column: "reason", in: ["UnknownInstrument"] }
    ],
    after,
    limit: ROWS
  })

const because = (symbol: Ticker) => ({ kind: "timer", actor: "roundlot", reason: `${symbol} is known now` }) as const

const releasing = ({ account, id, symbol }: Trade): Member<void> => ({
  account,
  cause: because(symbol),
  needs: [Need.TradeById({ id }), Need.Position({ account, symbol })],
  apply: (recorder) => release(recorder, id)
})

const ending = ({ account, symbol }: Named, version?: number): Member<void> => ({
  account,
  cause: because(symbol),
  needs: [Need.Position({ account, symbol })],
  apply: (recorder) => endRelease(recorder, symbol, version)
})

/** Counts what is quarantined for an instrument, some hundred trades each in a commit of its own; where to go on, if there may be more. */
const releaseSome = Effect.fnUntraced(function* (instrument: Instrument, after?: ReadonlyArray<Cell>) {
  const ledger = yield* Ledger
  const { items, next } = yield* quarantined(instrument, after)
  yield* ledger.submitAll("intake", items.map(releasing))
  if (next === undefined) yield* ledger.submit("intake", ending(instrument, instrument.version))
  return next
})

const releaseAll = Effect.fnUntraced(function* (instrument: Instrument) {
  let after: ReadonlyArray<Cell> | undefined
  do after = yield* releaseSome(instrument, after)
  while (after !== undefined)
})

const isReleasing = { column: "releasing", in: [1] }

/** Of those alone something may be released, however much is quarantined for others. */
const known = Effect.flatMap(Reads.all(InstrumentTable, { where: [isReleasing] }), driven)

/**
 * Counts, each in a commit of its own, the trades that were quarantined because their broker knew no such instrument and whose instrument
 * is known by now, by its broker or by a confirmation: one pass (ACC-4). What is found is a query of committed rows, so that a dead process is followed by
 * any other. One instrument's failure is reported when all were seen to.
 */
export const releaseKnown = Effect.gen(function* () {
  const exits = yield* Effect.forEach(yield* known, (each) => Effect.exit(releaseAll(each)))
  yield* Effect.forEach(exits, (exit) => exit, { discard: true })
})

/** Would a pass release something? */
export const isBusy = Effect.map(known, (instruments) => instruments.length > 0)

/** The same at once for an instrument of which somebody has just said something; what is left of very much, a pass releases. */
export const releaseAtOnce = Effect.fn("KnownInstruments.releaseAtOnce")(function* ({ account, symbol }: Named) {
  const found = yield* Reads.first(InstrumentTable, {
    where: [{ column: "account", in: [account] }, { column: "symbol", in: [symbol] }, isReleasing]
  })
  if (found !== undefined) yield* releaseSome(found)
})

/** The commits that follow where an instrument becomes known, as far as they are made at once: for a dry run. */
export const following = Effect.fn("KnownInstruments.following")(function* (named: Named) {
  const { items } = yield* quarantined(named)
  return [...items.map(releasing), ending(named)]
})
