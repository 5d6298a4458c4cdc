import { Duration, Effect } from "effect"
import { UNMAPPED } from "../instrument/Ticker.ts"
import { Need } from "../books/Need.ts"
import { isAhead } from "../ledger/BookTime.ts"
import { Ledger } from "../ledger/Ledger.ts"
import { Clock } from "../ports/Clock.ts"
import { BreakTable } from "../reconciliation/Break.ts"
import { closeIfOpen, open } from "../reconciliation/ledgerBreaks.ts"
import type { AccountName } from "../account/AccountName.ts"
import * as Instant from "../time/Instant.ts"
import { drivenAccounts } from "./drive.ts"
import { Health } from "./Health.ts"
import * as Reads from "./Reads.ts"
import { reportedMember } from "./reported.ts"

/** It stands under no instrument, once an account. */
const AHEAD = { symbol: UNMAPPED, kind: "ClockAhead", subject: "time of the books" } as const

/** Of its own: the pass that looks is well where the books are not. */
const PART = "time of the books"

/** How far the time of the books is ahead of the clock, in words. */
const lead = (books: Instant.Instant, now: Instant.Instant): string => {
  const by = Duration.format(Duration.seconds(Math.round(Instant.millisBetween(now, books) / 1000)))
  return `the books' time is ${by} ahead of the clock, which was wrong or is: at ${Instant.format(now)} they say ${Instant.format(books)}`
}

/**
 * Shows in health, and as a break of every account that is driven here, that the time of the books is ahead of the clock: entries stay in order, so
 * it goes on from there at half its pace until the clock has caught up. Both close by themselves.
 */
export const watchBookTime = Effect.gen(function* () {
  const books = yield* Effect.flatMap(Ledger, (ledger) => ledger.now)
  const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
  const health = yield* Health
  const evidence = isAhead(books, now) ? lead(books, now) : undefined
  yield* evidence === undefined ? health.succeeded(PART) : health.failed(PART, evidence)
  const known = yield* openBreaks
  const accounts = yield* drivenAccounts
  const changed = accounts.filter((account) => known.has(account) !== (evidence !== undefined))
  yield* Effect.forEach(changed, (account) => told(account, evidence), { discard: true })
})

const openBreaks = Effect.map(
  Reads.all(BreakTable, {
    where: [
      { column: "kind", in: [AHEAD.kind] },
      { column: "closedAt", in: [null] }
    ]
  }),
  (breaks) => new Set(breaks.map(({ account }) => account))
)

const told = (account: AccountName, evidence: string | undefined) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.submit(
      "report",
      reportedMember(account, [Need.Position({ account, symbol: UNMAPPED })], (recorder) => {
        if (evidence !== undefined) return void open(recorder, { ...AHEAD, evidence })
        closeIfOpen(recorder, AHEAD.symbol, AHEAD.kind, AHEAD.subject, "the clock has caught up")
      })
    )
  )
