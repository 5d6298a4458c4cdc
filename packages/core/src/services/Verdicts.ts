import { Effect } from "effect"
import { Clock } from "../ports/Clock.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import { AccountTable } from "../records/Account.ts"
import { ControlTable } from "../records/TradingState.ts"
import { verdictOf, type Verdict } from "../rules/reconciliation/verdict.ts"
import { countsOf, failingOf, Health } from "./Health.ts"
import * as OpenCases from "./OpenCases.ts"
import * as Reads from "./Reads.ts"
import * as Risk from "./Risk.ts"

/** What the books say of the verdict, but for the moment. */
export interface Books {
  /** One where there are any. */
  readonly accounts: number
  readonly restricted: number
  readonly open: OpenCases.OpenCases
}

type Reading<A> = Effect.Effect<A, StoreError, TradeRepository | Clock>

/** Reads of the books what the verdict rests on. */
export const read: Reading<Books> = Effect.gen(function* () {
  const states = yield* Reads.all(ControlTable)
  const account = yield* Reads.first(AccountTable, {})
  return {
    accounts: account === undefined ? 0 : 1,
    restricted: states.filter(({ state }) => state !== "normal").length,
    open: yield* OpenCases.read
  }
})

/** Reads again once something has been committed: a pass that looks for news reads nothing where there are none. */
export const makeRead: Effect.Effect<typeof read> = OpenCases.sinceMoved(read)

const now = Effect.flatMap(Clock, (clock) => clock.now)

/** The verdict of the daemon that runs here, on these books: it attends to its accounts. */
export const of = ({ open, ...counts }: Books): Effect.Effect<Verdict, StoreError, TradeRepository | Clock | Health> =>
  Effect.gen(function* () {
    const at = yield* now
    const trading = yield* Risk.trading(at)
    const parts = countsOf(failingOf(yield* Effect.flatMap(Health, ({ all }) => all)))
    const cases = OpenCases.countOf(open, at)
    return verdictOf({
      ...counts,
      cases,
      failing: parts.failing,
      critical: trading.critical + parts.critical,
      unattended: 0
    })
  })

const counting = (books: typeof read) =>
  Effect.gen(function* () {
    const { open, ...counts } = yield* books
    const cases = OpenCases.countOf(open, yield* now)
    yield* Effect.flatMap(Health, (health) => health.counted({ ...counts, cases }))
  })

/** Counts what the verdict rests on, for whom asks how the program is: asking reads nothing. */
export const watch: Effect.Effect<void, StoreError, TradeRepository | Clock | Health> = counting(read)

/** Counts again, and reads again once something has been committed: what has settled meanwhile is in no commit. */
export const makeWatch: Effect.Effect<typeof watch> = Effect.map(makeRead, counting)
