import { Array, Effect } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { BreakTable, isDismissed, type Break } from "../records/Break.ts"
import { UNMAPPED, type Ticker } from "../records/Ticker.ts"
import { Need } from "../books/Need.ts"
import type { Recorder } from "../books/Recorder.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import {
  bookAgreement,
  bookDifference,
  bookReplaced,
  saysSame,
  type StatementDifference
} from "../rules/reconciliation/statements.ts"
import * as Reads from "./Reads.ts"

/** How a broker's file compares with the books of an account. */
export interface Compared {
  /** The file's name. */
  readonly file: string
  readonly differences: ReadonlyArray<StatementDifference>
  /** Subjects of executions of which the file and the books say the same. */
  readonly agreed: ReadonlySet<string>
}

/** What came of a comparison: how many breaks it opened or changed, how many it closed, and how many a person had closed before. */
export interface Booked {
  readonly opened: number
  readonly closed: number
  readonly dismissed: number
}

type Failed = LedgerError | StoreError

/** What booking a comparison would come to: nothing is written. */
export const foresee = (account: AccountName, compared: Compared): Effect.Effect<Booked, StoreError, TradeRepository> =>
  Effect.map(judged(account, compared), countsOf)

/**
 * STMT-5: keeps what a broker's file and the books say differently as breaks of the kind `StatementDiffers`, and closes those of which
 * this file agrees. What a person has closed stays closed while a file says the same. Doing it twice does what doing it once did.
 */
export const book = (
  account: AccountName,
  compared: Compared,
  actor: string
): Effect.Effect<Booked, Failed, Ledger | TradeRepository> =>
  Effect.gen(function* () {
    const { file } = compared
    const found = yield* judged(account, compared)
    const memberOf = (symbol: Ticker, apply: (recorder: Recorder) => void): Member<void> => ({
      account,
      cause: { kind: "command", actor, reason: file },
      needs: [Need.Position({ account, symbol })],
      apply
    })
    const ledger = yield* Ledger
    yield* ledger.submitAll("command", [
      ...found.due.map((each) => memberOf(each.symbol, (recorder) => bookDifference(recorder, each))),
      ...found.over.map(({ subject, symbol = UNMAPPED }) =>
        memberOf(symbol, (recorder) => bookAgreement(recorder, symbol, subject, file))
      ),
      ...found.replaced.map(({ subject, symbol = UNMAPPED }) =>
        memberOf(symbol, (recorder) => bookReplaced(recorder, symbol, subject, file))
      )
    ])
    return countsOf(found)
  })

/** What a comparison comes to: differences that are to be shown, breaks that are over or in whose place another is, and what a person has closed. */
interface Judged {
  readonly due: ReadonlyArray<StatementDifference>
  readonly over: ReadonlyArray<Break>
  readonly replaced: ReadonlyArray<Break>
  readonly dismissed: ReadonlyArray<StatementDifference>
}

const judged = (
  account: AccountName,
  { agreed, differences }: Compared
): Effect.Effect<Judged, StoreError, TradeRepository> =>
  Effect.map(
    Reads.all(BreakTable, {
      where: [
        { column: "account", in: [account] },
        { column: "kind", in: ["StatementDiffers"] }
      ]
    }),
    (breaks) => {
      const bySubject = Array.groupBy(breaks, ({ subject }) => subject)
      const knownOf = (difference: StatementDifference) =>
        (bySubject[difference.subject] ?? []).filter((found) => isAbout(found, difference))
      const fresh = differences.filter((each) => knownOf(each).every(({ closedAt }) => closedAt !== undefined))
      const open = breaks.filter(({ closedAt }) => closedAt === undefined)
      // What is open about an execution is brought up to the file, also to what a person had closed before.
      const isOpen = (subject: string): boolean => open.some((each) => each.subject === subject)
      const [due, dismissed] = Array.partition(
        fresh,
        (each) => !isOpen(each.subject) && knownOf(each).some(isDismissed)
      )
      const bySymbol = Array.groupBy(differences, ({ subject }) => subject)
      const isElsewhere = ({ subject, symbol = UNMAPPED }: Break) =>
        bySymbol[subject]?.every((each) => each.symbol !== symbol) === true
      const [ofOthers, over] = Array.partition(open, ({ subject }) => agreed.has(subject))
      return { due, dismissed, over, replaced: ofOthers.filter(isElsewhere) }
    }
  )

const countsOf = ({ dismissed, due, over, replaced }: Judged): Booked => ({
  opened: due.length,
  closed: over.length + replaced.length,
  dismissed: dismissed.length
})

/** Does a break say the same as a difference? */
const isAbout = (found: Break, { details }: StatementDifference): boolean =>
  found.details._tag === "StatementDiffers" && saysSame(found.details, details)
