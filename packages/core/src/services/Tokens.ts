import { createHash } from "node:crypto"
import { Effect, Either, Option, Redacted, Schema } from "effect"
import { TokenTable, type Allowance, type Token, type TokenRole } from "../records/Token.ts"
import { Need } from "../books/Need.ts"
import { Clock } from "../ports/Clock.ts"
import { Entropy } from "../ports/Entropy.ts"
import type { StoreError, TradeRepository, WriteError } from "../ports/TradeRepository.ts"
import { MOST_A_DAY } from "../rules/trade/proposal.ts"
import * as Decimal from "../values/Decimal.ts"
import * as Instant from "../values/Instant.ts"
import { record } from "./operational.ts"
import * as Reads from "./Reads.ts"
import { agreed, type Known, type TokensDisagree } from "./TokenRegister.ts"

/** A name that a token cannot have, or that one has already: names are never used twice. */
export class TokenNameRefused extends Schema.TaggedError<TokenNameRefused>()("TokenNameRefused", {
  name: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `'${this.name}' is not a valid token name: ${this.problem}`
  }
}

/** A token cannot have this allowance: its role proposes nothing, or it is out of bounds. */
export class AllowanceRefused extends Schema.TaggedError<AllowanceRefused>()("AllowanceRefused", {
  problem: Schema.String
}) {
  override get message() {
    return `invalid allowance: ${this.problem}`
  }
}

/** There is no token of this name. */
export class NoToken extends Schema.TaggedError<NoToken>()("NoToken", { name: Schema.String }) {
  override get message() {
    return `token '${this.name}' does not exist; list them with 'roundlot tokens list'`
  }
}

/** What a token is to be. */
export interface TokenRequest {
  readonly name: string
  readonly role: TokenRole
  readonly expiresAt?: Instant.Instant | undefined
  /** What it may propose, of the role `propose` alone; what is not said is that of `PROPOSALS`. */
  readonly allowance?: Partial<Allowance> | undefined
  /** The accounts that it may see and change, by their names; all that there is where nothing is said. */
  readonly accounts?: ReadonlyArray<string> | undefined
  readonly actor: string
}

/** A token that was made; the secret is shown this once. */
export interface MadeToken {
  readonly token: Token
  readonly secret: Redacted.Redacted
}

/** What a token of the role `propose` may propose for an account on a market date where nobody says otherwise. */
export const PROPOSALS: Allowance = { ordersPerDay: 20, notionalPerDay: Decimal.unsafe("10000") }

const PREFIX = "rlt_"
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/

/** The hash under which a secret is kept. */
export const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("hex")

/** The allowance that a token of a role has; none where the role proposes nothing. */
const allowanceOf = ({
  allowance = {},
  role
}: TokenRequest): Either.Either<Allowance | undefined, AllowanceRefused> => {
  const refused = (problem: string) => Either.left(new AllowanceRefused({ problem }))
  if (role !== "propose")
    return Object.keys(allowance).length === 0
      ? Either.right(undefined)
      : refused(`the role ${role} cannot propose orders; use the role propose`)
  const { notionalPerDay, ordersPerDay } = { ...PROPOSALS, ...allowance }
  if (!Number.isInteger(ordersPerDay) || ordersPerDay < 1 || ordersPerDay > MOST_A_DAY)
    return refused(`${ordersPerDay} orders a day are not from 1 to ${MOST_A_DAY}`)
  if (!Decimal.isPositive(notionalPerDay)) return refused("its dollars a day are not above zero")
  return Either.right({ notionalPerDay, ordersPerDay })
}

const newSecret = Effect.flatMap(Entropy, ({ hex }) =>
  Effect.zipWith(hex, hex, (one, other) => `${PREFIX}${one}${other}`)
)

/** Makes a token of a name that was never given, with the allowance that it has. */
const made = ({ accounts, actor, expiresAt, name, role }: TokenRequest, allowance: Allowance | undefined) =>
  Effect.gen(function* () {
    if (!NAME.test(name)) {
      const problem = "use up to 64 letters, digits and '._@-', starting with a letter or digit"
      return yield* new TokenNameRefused({ name, problem })
    }
    const secret = yield* newSecret
    yield* agreed
    const token = yield* record(actor, [Need.TokenByName({ name })], ({ tokens }, emit) => {
      if (tokens.get(name) !== undefined) return undefined
      emit({ _tag: "TokenCreated", name, role, hash: hashOf(secret), expiresAt, ...allowance, accounts, actor })
      return tokens.get(name)
    })
    if (token !== undefined) return { token, secret: Redacted.make(secret) }
    return yield* new TokenNameRefused({ name, problem: "the name is or was in use; choose another" })
  })

/** Makes a token. Its secret is kept nowhere. */
export const create = (
  request: TokenRequest
): Effect.Effect<
  MadeToken,
  TokenNameRefused | AllowanceRefused | TokensDisagree | WriteError,
  TradeRepository | Clock | Entropy
> => Effect.flatMap(allowanceOf(request), (allowance) => made(request, allowance))

/** The name of the token that the first start of a store makes. */
export const FIRST = "operator"

/** Makes a store's first token, an operator's. None where one was ever made, by whom and whatever became of it. */
export const createFirst = (
  actor: string
): Effect.Effect<Option.Option<MadeToken>, TokensDisagree | WriteError, TradeRepository | Clock | Entropy> =>
  Effect.gen(function* () {
    if ((yield* agreed).length > 0) return Option.none()
    // Two that start at once ask for one name, and one of them gets it.
    return yield* made({ name: FIRST, role: "operate", actor }, undefined).pipe(
      Effect.asSome,
      Effect.catchTag("TokenNameRefused", () => Effect.succeedNone)
    )
  })

/** A token that is void has no other secret. */
export class TokenVoid extends Schema.TaggedError<TokenVoid>()("TokenVoid", { name: Schema.String }) {
  override get message() {
    return `token '${this.name}' is revoked; create another with 'roundlot tokens create'`
  }
}

/** The secret that was given is not the one that the token has. */
export class SecretNotPresent extends Schema.TaggedError<SecretNotPresent>()("SecretNotPresent", {
  name: Schema.String
}) {
  override get message() {
    return `this is not the present secret of token '${this.name}'`
  }
}

/** Whose secret is exchanged, and for how long the one before is good as well; not at all where nothing is said. */
export interface RotationRequest {
  readonly name: string
  readonly overlapMs?: number | undefined
  readonly actor: string
  /** The secret that the token must have then; any where none is said. */
  readonly present?: Redacted.Redacted | undefined
}

/**
 * Gives a token another secret. The one before is good until the overlap ends, and so are the browsers that signed in with it; the one
 * before that is void at once.
 */
export const rotate = ({
  actor,
  name,
  overlapMs,
  present
}: RotationRequest): Effect.Effect<
  MadeToken,
  NoToken | TokenVoid | SecretNotPresent | TokensDisagree | WriteError,
  TradeRepository | Clock | Entropy
> =>
  Effect.gen(function* () {
    const secret = yield* newSecret
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const previousUntil = overlapMs === undefined ? undefined : Instant.addMillis(now, overlapMs)
    yield* agreed
    const needs = [Need.TokenByName({ name }), Need.SessionsOf({ token: name })]
    const token = yield* record(actor, needs, ({ tokens }, emit) => {
      const known = tokens.get(name)
      if (known === undefined || !isGood(known, now)) return known
      if (present !== undefined && known.hash !== hashOf(Redacted.value(present))) return known
      emit({ _tag: "TokenRotated", name, hash: hashOf(secret), previousUntil, actor })
      return tokens.get(name)
    })
    if (token === undefined) return yield* new NoToken({ name })
    if (!isGood(token, now)) return yield* new TokenVoid({ name })
    if (token.hash !== hashOf(secret)) return yield* new SecretNotPresent({ name })
    return { token, secret: Redacted.make(secret) }
  })

/** Makes a token void from now on; one that is void stays so. */
export const revoke = (
  name: string,
  actor: string
): Effect.Effect<Token, NoToken | TokensDisagree | WriteError, TradeRepository | Clock | Entropy> =>
  Effect.gen(function* () {
    yield* agreed
    const revoked = yield* record(actor, [Need.TokenByName({ name })], ({ tokens }, emit) => {
      const known = tokens.get(name)
      if (known === undefined || known.revokedAt !== undefined) return known
      emit({ _tag: "TokenRevoked", name, actor })
      return tokens.get(name)
    })
    return revoked ?? (yield* new NoToken({ name }))
  })

/** All tokens that were ever made, by name. */
export const all: Effect.Effect<ReadonlyArray<Token>, StoreError, TradeRepository> = Reads.all(TokenTable)

/** Is a token good at this moment? */
export const isGood = ({ expiresAt, revokedAt }: Token, now: Instant.Instant): boolean =>
  revokedAt === undefined && (expiresAt === undefined || expiresAt > now)

/**
 * The good token of a secret; `undefined` where there is none. Found by the hash of what was given: how much of a secret was guessed
 * shows in no time that it takes.
 */
export const check = (known: Known, secret: string): Effect.Effect<Token | undefined, never, Clock> =>
  Effect.map(
    Effect.flatMap(Clock, (clock) => clock.now),
    (now) => {
      const found = known.find(hashOf(secret))
      return found !== undefined && isGood(found, now) ? found : undefined
    }
  )
