import { AccountName, Broker } from "@roundlot/core"
import type { HttpOutcome } from "@roundlot/core/adapter"
import { Cache, Duration, Effect, Exit, Schema } from "effect"
import { wordsOf } from "./ErrorBody.ts"
import { reading } from "./Reading.ts"
import { saysStaleHash } from "./RefusalCodes.ts"
import type { Wire } from "./Wire.ts"

/** An account that a login opens: its number, and the hash that stands for it in addresses. */
export interface Linked {
  readonly accountNumber: string
  readonly hash: string
}

/** What is read of `GET /accounts/accountNumbers`. */
export const AccountNumbers = Schema.Array(
  Schema.Struct({ accountNumber: Schema.NonEmptyString, hashValue: Schema.NonEmptyString })
)

/** The end of an account's number, for people. */
const masked = (accountNumber: string): string => `…${accountNumber.slice(-3)}`

/** In an order the number is one without the zeros that it may begin with. */
const digitsOf = (accountNumber: string): string => accountNumber.replace(/^0+/, "")

/** Is an order with this number the account's? */
export const isOf = ({ accountNumber }: Linked, told: string): boolean => digitsOf(told) === digitsOf(accountNumber)

/** Whose an order with this number is: what is another account's is told as such, and never booked (O20). */
export const ownerOf = (
  account: AccountName.AccountName,
  linked: Linked,
  told: string | null | undefined
): AccountName.AccountName =>
  told === null || told === undefined || isOf(linked, told)
    ? account
    : AccountName.AccountName.make(`schwab-${"x".repeat(Math.max(0, told.length - 3))}${told.slice(-3)}`)

const failed = (detail: string) => new Broker.BrokerReadFailed({ operation: "accounts", kind: "unreadable", detail })

/** The account of a login: what it is now, and the wire on which an answer that knows its hash no longer has the hash read again. */
export interface Account {
  readonly linked: Effect.Effect<Linked, Broker.BrokerReadFailed>
  readonly wire: Wire
}

const isStale = (outcome: HttpOutcome.HttpOutcome): boolean =>
  outcome._tag === "Answered" && (outcome.status === 400 || outcome.status === 404) && saysStaleHash(wordsOf(outcome))

/**
 * The account that is driven: the one of this number, or the only one. Schwab does not promise that a hash stays, so it is read in
 * each life of the program, and again once Schwab says that it knows no such account; nothing is kept of it.
 */
export const linked = (wire: Wire, accountNumber: string | undefined): Effect.Effect<Account> =>
  Effect.map(
    Cache.makeWith({
      capacity: 1,
      lookup: () =>
        Effect.flatMap(reading(wire, "accounts", "/trader/v1/accounts/accountNumbers", AccountNumbers), (all) =>
          chosen(
            all.map((each) => ({ accountNumber: each.accountNumber, hash: each.hashValue })),
            accountNumber
          )
        ),
      timeToLive: (exit) => (Exit.isSuccess(exit) ? Duration.infinity : Duration.zero)
    }),
    (cache) => ({
      linked: cache.get(LINKED),
      wire: {
        ...wire,
        ask: (ask) =>
          Effect.tap(wire.ask(ask), (outcome) => (isStale(outcome) ? cache.invalidate(LINKED) : Effect.void))
      }
    })
  )

const LINKED = "linked"

const chosen = (
  all: ReadonlyArray<Linked>,
  accountNumber: string | undefined
): Effect.Effect<Linked, Broker.BrokerReadFailed> => {
  const theirs = all.map((each) => masked(each.accountNumber)).join(", ")
  const [only, ...others] = all
  if (accountNumber !== undefined) {
    const found = all.find((each) => each.accountNumber === accountNumber)
    return found === undefined
      ? failed(
          `the login does not open the account ${masked(accountNumber)} of SCHWAB_ACCOUNT_NUMBER, but ${theirs || "none"}`
        )
      : Effect.succeed(found)
  }
  if (only === undefined) return failed("the login opens no account")
  return others.length === 0
    ? Effect.succeed(only)
    : failed(`the login opens several accounts (${theirs}): set SCHWAB_ACCOUNT_NUMBER to the one that is driven`)
}
