import { Clock, Instant, Quantity } from "@roundlot/core"
import type { Entropy, TradeRepository } from "@roundlot/core/adapter"
import { AccountScope, type Token, type TokenRegister, Tokens } from "@roundlot/core/ledger"
import { Effect, Either, Schema } from "effect"
import * as accountNames from "./accountNames.ts"
import { durationMs } from "./duration.ts"
import { UsageError } from "./UsageError.ts"

/** A token as it is asked for: on the command line, or over the API. */
export interface TokenInput {
  readonly name: string
  readonly role: Token.TokenRole
  /** Names of accounts; every account where none is named. */
  readonly accounts?: ReadonlyArray<string> | undefined
  /** Lifetime with its unit, such as `30d`. */
  readonly expires?: string | undefined
  /** Role `propose`: maximum orders per market date and account. */
  readonly ordersPerDay?: number | undefined
  /** Role `propose`: maximum dollars per market date and account. */
  readonly notionalPerDay?: string | undefined
  /** The person whose token it is, as the daemon's host says. */
  readonly person?: string | undefined
}

type Failed = TokenRegister.TokensDisagree | TradeRepository.WriteError

type Around = TradeRepository.TradeRepository | Clock.Clock | Entropy.Entropy

const LONGEST_MS = 10 * 366 * 24 * 3_600_000

const readLifetime = (text: string): Either.Either<number, UsageError> =>
  durationMs(text, "expires").pipe(
    Either.filterOrLeft(
      (ms) => ms > 0 && ms <= LONGEST_MS,
      () => undefined
    ),
    Either.mapLeft(() => {
      const remedy = "Give a number and a unit, such as 12h or 30d, at most 3660d"
      return new UsageError({ problem: `Lifetime '${text}' is not valid`, remedy, field: "expires" })
    })
  )

const readDollars = (text: string): Either.Either<Quantity.Quantity, UsageError> =>
  Either.mapLeft(Schema.decodeEither(Quantity.Quantity)(text), () => {
    const problem = `Notional per day '${text}' is not an amount above zero`
    return new UsageError({ problem, remedy: "Give dollars above zero, such as 2000", field: "notionalPerDay" })
  })

/** What a token is to be, read and looked up. */
const requestOf = ({ accounts = [], expires, name, notionalPerDay, ordersPerDay, person, role }: TokenInput) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const lifeMs = expires === undefined ? undefined : yield* readLifetime(expires)
    const allowance = {
      ...(ordersPerDay === undefined ? {} : { ordersPerDay }),
      ...(notionalPerDay === undefined ? {} : { notionalPerDay: yield* readDollars(notionalPerDay) })
    }
    return {
      name,
      role,
      person,
      allowance,
      expiresAt: lifeMs === undefined ? undefined : Instant.addMillis(now, lifeMs),
      accounts: accounts.length === 0 ? undefined : yield* Effect.forEach(new Set(accounts), accountNames.known)
    }
  })

/** Creates a token for a person who can write to the store. Its secret is returned once and stored nowhere. */
export const create = (
  input: TokenInput,
  actor: string
): Effect.Effect<Tokens.MadeToken, UsageError | Tokens.TokenNameRefused | Tokens.AllowanceRefused | Failed, Around> =>
  Effect.flatMap(requestOf(input), (request) => Tokens.create({ ...request, actor }))

/**
 * Creates a token for the bearer of another, who gives the present secret of that one. The new token has no higher role, no other
 * accounts and no later expiry. Its secret is returned once and stored nowhere.
 */
export const createAs = (
  authority: Tokens.Authority,
  input: Omit<TokenInput, "person">
): Effect.Effect<Tokens.MadeToken, UsageError | Effect.Effect.Error<ReturnType<typeof Tokens.createAs>>, Around> =>
  Effect.flatMap(requestOf(input), (request) => AccountScope.lifted(Tokens.createAs(authority, request)))

/** Revokes a token for the bearer of another, who gives the present secret of that one and can do as much. */
export const revokeAs = (authority: Tokens.Authority, name: string): ReturnType<typeof Tokens.revokeAs> =>
  AccountScope.lifted(Tokens.revokeAs(authority, name))
