import { createHash } from "node:crypto"
import { Effect, Either, Option, Redacted, Schema } from "effect"
import { covers, isHostActor, TokenTable, type Allowance, type Token, type TokenRole } from "../records/Token.ts"
import type { Books } from "../books/Books.ts"
import { Need } from "../books/Need.ts"
import type { LedgerEvent } from "../events/Event.ts"
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
    return `token '${this.name}' does not exist`
  }
}

/** The secret that was given is not the one that the token has. */
export class SecretNotPresent extends Schema.TaggedError<SecretNotPresent>()("SecretNotPresent", {
  name: Schema.String
}) {
  override get message() {
    return `this is not the current secret of token '${this.name}'`
  }
}

/** The caller has no valid token of its own, so no secret can confirm what it asks for. */
export class NoOwnToken extends Schema.TaggedError<NoOwnToken>()("NoOwnToken", { name: Schema.String }) {
  override get message() {
    return `'${this.name}' has no token whose secret could confirm this: sign in with a token, or do it on the daemon's host`
  }
}

/** A token cannot create one that can do more than itself. */
export class TokenExceeded extends Schema.TaggedError<TokenExceeded>()("TokenExceeded", { name: Schema.String }) {
  override get message() {
    return `token '${this.name}' cannot create a token with a higher role, other accounts or a later expiry than its own`
  }
}

/** Without this token no other could do what it can. */
export class LastOperator extends Schema.TaggedError<LastOperator>()("LastOperator", { name: Schema.String }) {
  override get message() {
    return `'${this.name}' is the last token with the role operate for its accounts: create another first, or revoke it on the daemon's host`
  }
}

/** A caller of the API as its own token: it confirms with the secret, and acts on no token that can do more. */
export interface Authority {
  /** Name of the caller's token. */
  readonly name: string
  readonly secret: Redacted.Redacted
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
  /** The person whose token it is: all tokens of one person are one where a second person is needed. */
  readonly person?: string | undefined
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

/** Whether something may be done with the books as they stand then, and the tokens that it is judged by. */
interface Judgement<E> {
  readonly names: ReadonlyArray<string>
  readonly may: (books: Books, now: Instant.Instant) => Either.Either<void, E>
}

/** A process that can write to the store may create and revoke any token. */
const free: Judgement<never> = { names: [], may: () => Either.void }

type Unconfirmed = NoOwnToken | SecretNotPresent

const isSecretOf = ({ hash }: Token, secret: Redacted.Redacted): boolean => hash === hashOf(Redacted.value(secret))

/** The token of an authority, where its secret is the present one. */
const confirmed = (
  { tokens }: Books,
  { name, secret }: Authority,
  now: Instant.Instant
): Either.Either<Token, Unconfirmed> => {
  const own = tokens.get(name)
  if (own === undefined || !isGood(own, now)) return Either.left(new NoOwnToken({ name }))
  return isSecretOf(own, secret) ? Either.right(own) : Either.left(new SecretNotPresent({ name }))
}

const needed = (names: ReadonlyArray<string>): ReadonlyArray<Need> =>
  [...new Set(names)].map((name) => Need.TokenByName({ name }))

/** Makes a token of a name that was never given, with the allowance that it has. */
const made = <E>(
  { accounts, actor, expiresAt, name, person, role }: TokenRequest,
  allowance: Allowance | undefined,
  { may, names }: Judgement<E>
): Effect.Effect<MadeToken, E | TokenNameRefused | TokensDisagree | WriteError, TradeRepository | Clock | Entropy> =>
  Effect.gen(function* () {
    if (!NAME.test(name)) {
      const problem = "use up to 64 letters, digits and '._@-', starting with a letter or digit"
      return yield* new TokenNameRefused({ name, problem })
    }
    if (isHostActor(name))
      return yield* new TokenNameRefused({ name, problem: "the name is reserved for callers without a token" })
    const secret = yield* newSecret
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    yield* agreed
    const rule = (books: Books, emit: (event: LedgerEvent) => void): Either.Either<Token | undefined, E> =>
      Either.map(may(books, now), () => {
        if (books.tokens.get(name) !== undefined) return undefined
        emit({
          _tag: "TokenCreated",
          name,
          role,
          hash: hashOf(secret),
          expiresAt,
          ...allowance,
          accounts,
          person,
          actor
        })
        return books.tokens.get(name)
      })
    const token = yield* yield* record(actor, needed([name, ...names]), rule)
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
> => Effect.flatMap(allowanceOf(request), (allowance) => made(request, allowance, free))

/** Makes a token for the bearer of another, which it can do no more than, and outlives it not. */
export const createAs = (
  authority: Authority,
  asked: Omit<TokenRequest, "actor" | "person">
): Effect.Effect<
  MadeToken,
  Unconfirmed | TokenExceeded | TokenNameRefused | AllowanceRefused | TokensDisagree | WriteError,
  TradeRepository | Clock | Entropy
> => {
  const { name } = authority
  const request = { ...asked, actor: name }
  const may: Judgement<Unconfirmed | TokenExceeded>["may"] = (books, now) =>
    Either.flatMap(confirmed(books, authority, now), (own) =>
      covers(own, request) && !outlives(request, own) ? Either.void : Either.left(new TokenExceeded({ name }))
    )
  return Effect.flatMap(allowanceOf(request), (allowance) => made(request, allowance, { names: [name], may }))
}

const outlives = (
  { expiresAt }: Pick<TokenRequest, "expiresAt">,
  { expiresAt: end }: Pick<Token, "expiresAt">
): boolean => end !== undefined && (expiresAt === undefined || expiresAt > end)

/** The name of the token that the first start of a store makes. */
export const FIRST = "operator"

/** Makes a store's first token, an operator's. None where one was ever made, by whom and whatever became of it. */
export const createFirst = (
  actor: string
): Effect.Effect<Option.Option<MadeToken>, TokensDisagree | WriteError, TradeRepository | Clock | Entropy> =>
  Effect.gen(function* () {
    if ((yield* agreed).length > 0) return Option.none()
    // Two that start at once ask for one name, and one of them gets it.
    return yield* made({ name: FIRST, role: "operate", actor }, undefined, free).pipe(
      Effect.asSome,
      Effect.catchTag("TokenNameRefused", () => Effect.succeedNone)
    )
  })

/** A token that is void has no other secret. */
export class TokenVoid extends Schema.TaggedError<TokenVoid>()("TokenVoid", { name: Schema.String }) {
  override get message() {
    return `token '${this.name}' is revoked; create another`
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
      if (present !== undefined && !isSecretOf(known, present)) return known
      emit({ _tag: "TokenRotated", name, hash: hashOf(secret), previousUntil, actor })
      return tokens.get(name)
    })
    if (token === undefined) return yield* new NoToken({ name })
    if (!isGood(token, now)) return yield* new TokenVoid({ name })
    if (token.hash !== hashOf(secret)) return yield* new SecretNotPresent({ name })
    return { token, secret: Redacted.make(secret) }
  })

const revoked = <E>(
  name: string,
  actor: string,
  { may, names }: Judgement<E>
): Effect.Effect<Token, E | NoToken | WriteError, TradeRepository | Clock | Entropy> =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const rule = (books: Books, emit: (event: LedgerEvent) => void): Either.Either<Token | undefined, E> =>
      Either.map(may(books, now), () => {
        const known = books.tokens.get(name)
        if (known === undefined || known.revokedAt !== undefined) return known
        emit({ _tag: "TokenRevoked", name, actor })
        return books.tokens.get(name)
      })
    return (yield* yield* record(actor, needed([name, ...names]), rule)) ?? (yield* new NoToken({ name }))
  })

/** Makes a token void from now on; one that is void stays so. */
export const revoke = (
  name: string,
  actor: string
): Effect.Effect<Token, NoToken | TokensDisagree | WriteError, TradeRepository | Clock | Entropy> =>
  Effect.zipRight(agreed, revoked(name, actor, free))

/** May an authority revoke this token? One that can do more is to it as none. */
const mayRevoke =
  (name: string, authority: Authority): Judgement<Unconfirmed | NoToken | LastOperator>["may"] =>
  (books, now) => {
    const own = confirmed(books, authority, now)
    if (Either.isLeft(own)) return Either.left(own.left)
    const known = books.tokens.get(name)
    if (known === undefined || !covers(own.right, known)) return Either.left(new NoToken({ name }))
    if (known.role !== "operate" || !isGood(known, now)) return Either.void
    const others = books.tokens.all().filter((each) => each.name !== name && isGood(each, now))
    return others.some((each) => covers(each, known)) ? Either.void : Either.left(new LastOperator({ name }))
  }

/** Makes a token void for the bearer of one that can do as much; not the last operator of an account. */
export const revokeAs = (
  authority: Authority,
  name: string
): Effect.Effect<
  Token,
  Unconfirmed | NoToken | LastOperator | TokensDisagree | WriteError,
  TradeRepository | Clock | Entropy
> =>
  Effect.flatMap(agreed, (tokens) => {
    const operators = tokens.flatMap((each) => (each.role === "operate" ? [each.name] : []))
    const names = [authority.name, ...operators]
    return revoked(name, authority.name, { names, may: mayRevoke(name, authority) })
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
