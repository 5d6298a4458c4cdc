import { Effect } from "effect"
import { UNMAPPED } from "../records/Ticker.ts"
import { Need } from "../books/Need.ts"
import { isAhead } from "../ledger/world.ts"
import { reportedMember } from "./Booking.ts"
import { Ledger } from "../ledger/Ledger.ts"
import { Clock } from "../ports/Clock.ts"
import { BreakTable } from "../records/Break.ts"
import type { DetailsOf } from "../records/BreakDetails.ts"
import { breakText } from "../records/breakText.ts"
import { closeIfOpen, open } from "../rules/breaks/ledgerBreaks.ts"
import type { AccountName } from "../records/AccountName.ts"
import { drivenAccounts } from "./drive.ts"
import { Health } from "./Health.ts"
import * as Reads from "./Reads.ts"

/** It stands under no instrument, once an account. */
const AHEAD = { symbol: UNMAPPED, subject: "time of the books" } as const

const KIND = "ClockAhead"

/** Of its own: the pass that looks is well where the books are not. */
const PART = "time of the books"

/**
 * Shows in health, and as a break of every account that is driven here, that the time of the books is ahead of the clock: entries stay in order, so
 * it goes on from there at half its pace until the clock has caught up. Both close by themselves.
 */
export const watchBookTime = Effect.gen(function* () {
  const books = yield* Effect.flatMap(Ledger, (ledger) => ledger.now)
  const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
  const health = yield* Health
  const details = isAhead(books, now) ? ({ _tag: KIND, books, clock: now } as const) : undefined
  yield* details === undefined ? health.succeeded(PART) : health.failed(PART, breakText(details))
  const known = yield* openBreaks
  const accounts = yield* drivenAccounts
  const changed = accounts.filter((account) => known.has(account) !== (details !== undefined))
  yield* Effect.forEach(changed, (account) => bookLead(account, details), { discard: true })
})

const openBreaks = Effect.map(
  Reads.all(BreakTable, {
    where: [
      { column: "kind", in: [KIND] },
      { column: "closedAt", in: [null] }
    ]
  }),
  (breaks) => new Set(breaks.map(({ account }) => account))
)

const bookLead = (account: AccountName, details: DetailsOf<typeof KIND> | undefined) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.submit(
      "report",
      reportedMember(account, [Need.Position({ account, symbol: UNMAPPED })], (recorder) => {
        if (details !== undefined) return void open(recorder, { ...AHEAD, details })
        closeIfOpen(recorder, AHEAD.symbol, KIND, AHEAD.subject, "the clock has caught up")
      })
    )
  )
