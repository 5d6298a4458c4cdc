import { Effect } from "effect"
import { STORE } from "../records/AccountName.ts"
import * as Books from "../books/Books.ts"
import type { Need } from "../books/Need.ts"
import { causeText } from "../events/Entry.ts"
import type { LedgerEvent } from "../events/Event.ts"
import { writerOf } from "../books/Recorder.ts"
import { journalsOf } from "../ledger/plan.ts"
import { Clock } from "../ports/Clock.ts"
import { Entropy } from "../ports/Entropy.ts"
import { TradeRepository, type ForgetQuery, type WriteError } from "../ports/TradeRepository.ts"
import * as Instant from "../values/Instant.ts"

/** What a rule over operational rows answers, once it has put what it changes into the books. */
export type OperationalRule<A> = (books: Books.Books) => A

/**
 * Changes operational rows, of which no journal tells: a rule sees what `needs` name as it stands, under the lock of `queue`, a
 * journal without entries.
 */
export const change = <A>(
  queue: string,
  needs: ReadonlyArray<Need>,
  rule: OperationalRule<A>
): Effect.Effect<A, WriteError, TradeRepository | Entropy> =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository
    const id = yield* Effect.flatMap(Entropy, (entropy) => entropy.hex)
    const written = yield* repository.write(
      { commitId: `${queue}-${id}`, accounts: [queue], needs },
      ({ books, met }) => {
        const missing = needs.filter((need) => !met.has(need))
        if (missing.length > 0) return { _tag: "NeedMore", needs: missing }
        const answer = rule(books)
        return { _tag: "Planned", journals: [], changes: Books.changes(books), answer }
      }
    )
    return written.answer
  })

/** What a rule over rows that the store's journal tells of answers: it reads them in the books, and emits what changes them. */
export type RecordedRule<A> = (books: Books.Books, emit: (event: LedgerEvent) => void) => A

/**
 * Changes rows of which the store's own journal tells, under its lock: for what people do outside of the ledger, before there is an
 * account too.
 */
export const record = <A>(
  actor: string,
  needs: ReadonlyArray<Need>,
  rule: RecordedRule<A>
): Effect.Effect<A, WriteError, TradeRepository | Clock | Entropy> =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const commitId = `${STORE}-${yield* Effect.flatMap(Entropy, (entropy) => entropy.hex)}`
    const cause = causeText({ kind: "command", actor })
    const written = yield* repository.write(
      { commitId, accounts: [STORE], needs },
      ({ books, heads, met, newestAt }) => {
        const missing = needs.filter((need) => !met.has(need))
        if (missing.length > 0) return { _tag: "NeedMore", needs: missing }
        // No commit is written behind the newest entry, whatever the clock says.
        const at = Instant.later(now, Instant.make(BigInt(newestAt)))
        const { emitFor, entries } = writerOf({ books, commitId, heads }, at)
        const answer = rule(books, (event) => emitFor(STORE, cause, event))
        return { _tag: "Planned", journals: journalsOf(entries), changes: Books.changes(books), answer }
      }
    )
    return written.answer
  })

const AT_ONCE = 500

/** Forgets rows of a table that are of use for a time, once they are older than that: the oldest first, a few at a time. */
export const forgetOlder = (
  rows: Omit<ForgetQuery, "atMost" | "below">,
  keptMs: number
): Effect.Effect<void, WriteError, TradeRepository | Clock> =>
  Effect.gen(function* () {
    const { forget } = yield* TradeRepository
    if (forget === undefined) return
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const some = forget({ ...rows, below: Number(Instant.addMillis(now, -keptMs)), atMost: AT_ONCE })
    yield* Effect.repeat(some, { while: (gone) => gone === AT_ONCE })
  })
