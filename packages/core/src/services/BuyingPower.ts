import { Effect } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { PositionTable, type Position } from "../records/Position.ts"
import { answering, type PositionAnswer } from "../records/PositionAnswer.ts"
import { Ledger } from "../ledger/Ledger.ts"
import { brokerOf, type BrokerAccount } from "../ports/Broker.ts"
import type { EachAccount } from "./accountwise.ts"
import { driven } from "./drive.ts"
import { regateMembers } from "./Gates.ts"
import * as pacing from "./pacing.ts"
import * as Reads from "./Reads.ts"
import { once } from "./reading.ts"
import { recoverIdle, reported } from "./work.ts"

/** Keeps what a reading of an account says of its buying power; planning judges by it. */
export const keep = (account: AccountName, { buyingPower: amount, currency }: BrokerAccount) =>
  Effect.gen(function* () {
    const { buyingPower, now } = yield* Ledger
    if (amount === undefined) buyingPower.forget(account)
    else buyingPower.keep(account, { amount, currency, at: yield* now })
  })

const isShort = (answer: PositionAnswer): boolean => answer._tag === "Refused" && answer.control === "BuyingPower"

const short = answering(isShort)

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/**
 * Reads the buying power of accounts again that have too little of it for what they owe, and evaluates those positions again: one pass,
 * ever less often, up to a minute apart.
 */
export const askForShort = (asked: pacing.Asked<AccountName>, each: EachAccount) =>
  Effect.gen(function* () {
    const waiting = yield* Effect.flatMap(Reads.all(PositionTable, { where: [short] }), driven)
    const pace = {
      keyOf: ({ account }: Position) => account,
      firstMs: FIRST_PAUSE_MS,
      longestMs: LONGEST_PAUSE_MS,
      agedMs: () => FIRST_PAUSE_MS
    }
    yield* pacing.askDue(asked, waiting, pace, each, (account, its) => reported(partOf(account), askOne(account, its)))
    yield* recoverIdle("buying power", Effect.succeed(waiting))
  })

const partOf = (account: AccountName): string => `buying power ${account}`

const askOne = (account: AccountName, its: ReadonlyArray<Position>) =>
  Effect.gen(function* () {
    const broker = yield* brokerOf(account)
    const ledger = yield* Ledger
    yield* keep(account, yield* once(broker.account))
    yield* ledger.submit(
      "report",
      regateMembers(
        account,
        its.map(({ symbol }) => symbol)
      )
    )
  })
