import { Effect, Ref } from "effect"
import { Need } from "../books/Need.ts"
import type { BreakId } from "../values/Id.ts"
import { Ledger } from "../ledger/Ledger.ts"
import { SEPARATE_MS } from "../rules/order/hearing.ts"
import { brokerOf, type BrokerAccount } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import type { AccountName } from "../records/AccountName.ts"
import { BreakTable, type Break } from "../records/Break.ts"
import { holdUntradable, letRefusedGo } from "../rules/breaks/refusedAccount.ts"
import * as Instant from "../values/Instant.ts"
import { inTurn, type EachAccount } from "./accountwise.ts"
import * as BuyingPower from "./BuyingPower.ts"
import { driven, drivenAccounts } from "./drive.ts"
import { regateAll } from "./Gates.ts"
import * as Reads from "./Reads.ts"
import { once, withRetries } from "./reading.ts"
import { reportedMember } from "./Booking.ts"
import { reported } from "./work.ts"

/** When a reading last said that an account may trade, and of which version of its break, in milliseconds of a clock that never jumps. */
interface Said {
  readonly version: number
  readonly atMs: number
}

/** What was read of refused accounts; lives as long as the program. */
export type AskedAccounts = Ref.Ref<ReadonlyMap<BreakId, Said>>

/** Nothing was read yet. */
export const makeAskedAccounts: Effect.Effect<AskedAccounts> = Ref.make<ReadonlyMap<BreakId, Said>>(new Map())

const refused = Effect.flatMap(
  Reads.all(BreakTable, {
    where: [
      { column: "closedAt", in: [null] },
      { column: "kind", in: ["AccountRefused"] }
    ]
  }),
  driven
)

/** Refusals: nothing is sent for an account while its broker says that it may not trade, or more than it says that it may spend. */
export const takeIn = Effect.fn("RefusedAccounts.takeIn")(function* (account: AccountName, state: BrokerAccount) {
  const { mayTrade, words } = state
  yield* BuyingPower.keep(account, state)
  if (mayTrade !== false) return
  const ledger = yield* Ledger
  const isNew = yield* ledger.submit(
    "report",
    reportedMember(account, [Need.AccountBreaks({ account })], (recorder) => holdUntradable(recorder, words))
  )
  if (isNew) yield* regateAll(account)
})

const watchOne = Effect.fn("RefusedAccounts.watchOne")(function* (account: AccountName) {
  const broker = yield* brokerOf(account)
  yield* takeIn(account, yield* once(broker.account))
})

/** Refusals: reads whether accounts may trade, before an order finds it out: one pass. Those that are held `readRefused` reads. */
export const watchAccounts = (each: EachAccount = inTurn) =>
  Effect.gen(function* () {
    const held = new Set((yield* refused).map(({ account }) => account))
    const others = (yield* drivenAccounts).filter((account) => !held.has(account))
    yield* each(others, (account) => reported(partOf(account), watchOne(account)))
  })

/** The part of health for both passes: what one could not read the other may. */
const partOf = (account: AccountName): string => `account ${account}`

/**
 * Refusals: reads the state of accounts that their brokers refused: one pass. Two separate readings in a row that say that one may trade let
 * it go on; where the broker tells no state a person does.
 */
export const readRefused = (asked: AskedAccounts, each: EachAccount = inTurn) =>
  Effect.gen(function* () {
    const open = yield* refused
    yield* each(
      open.map(({ account }) => account),
      (account) =>
        Effect.forEach(
          open.filter((found) => found.account === account),
          (found) => reported(partOf(account), readOne(asked, found)),
          { discard: true }
        )
    )
    return open.length
  })

const readOne = Effect.fn("RefusedAccounts.readOne")(function* (asked: AskedAccounts, found: Break) {
  const { account, id, openedAt, version } = found
  const ledger = yield* Ledger
  // A read that is shared may have begun before the refusal.
  if ((yield* ledger.now) < Instant.addMillis(openedAt, SEPARATE_MS)) return
  const broker = yield* brokerOf(account)
  const atMs = yield* Effect.flatMap(Clock, (clock) => clock.monotonicMs)
  const mayTrade = yield* withRetries(broker.account).pipe(
    Effect.map((state) => state.mayTrade === true),
    Effect.tapError(() => note(asked, id, undefined))
  )
  const before = (yield* Ref.get(asked)).get(id)
  const isFirst = before?.version !== version
  yield* note(asked, id, mayTrade ? { version, atMs: isFirst ? atMs : before.atMs } : undefined)
  if (!mayTrade || isFirst || atMs - before.atMs < SEPARATE_MS) return
  const isOver = yield* ledger.submit(
    "report",
    reportedMember(account, [Need.BreakById({ id })], (recorder) => letRefusedGo(recorder, id, version))
  )
  if (isOver) yield* regateAll(account)
})

const note = (asked: AskedAccounts, id: BreakId, said: Said | undefined) =>
  Ref.update(asked, (known) => {
    const others = [...known].filter(([each]) => each !== id)
    return new Map(said === undefined ? others : [...others, [id, said] as const])
  })
