import type * as FileSystem from "@effect/platform/FileSystem"
import { type Broker, Instant } from "@roundlot/core"
import type { Address, Entropy } from "@roundlot/core/adapter"
import { Clock, Effect, Option, Ref, Schema, type Redacted } from "effect"
import type { Credentials } from "./Credentials.ts"
import type { Exchange } from "./Http.ts"
import * as Login from "./Login.ts"
import * as TokenFile from "./TokenFile.ts"
import type { TokenPlace, Tokens } from "./TokenFile.ts"

/** There is no token that Schwab would take: a person must log in. */
export class NeedsLogin extends Schema.TaggedError<NeedsLogin>()("NeedsLogin", { why: Schema.String }) {
  override get message() {
    return `${this.why}: log in with 'roundlot schwab login'; orders continue automatically`
  }
}

/** How long an order waits that Schwab did not take for want of a token: one login later it goes. */
export const RELOGIN_WAIT_MS = 5_000

/** The tokens of one login, shared by all that use it. */
export interface Session {
  /** A token that is valid; refreshed ahead of its end. */
  readonly access: Effect.Effect<Redacted.Redacted, NeedsLogin>
  /** Schwab did not take this token: the next is another. */
  readonly refused: (token: Redacted.Redacted) => Effect.Effect<void>
  readonly standing: Effect.Effect<Broker.LoginStanding>
}

/** A token is refreshed when it is valid for no longer than this. */
const AHEAD_MS = 5 * 60_000
/** The end of a login is announced so long before it. */
const ANNOUNCED_MS = 2 * 86_400_000
/** After a refresh that did not succeed the next is tried so much later. */
const AGAIN_MS = 5_000

interface Known {
  readonly tokens: Tokens | undefined
  /** Schwab did not take it although its time is not over. */
  readonly isRefused: boolean
  /** Why there is no login, where Schwab or the file said so. */
  readonly problem: string | undefined
  readonly refreshNotBefore: number
}

const nothing: Known = { tokens: undefined, isRefused: false, problem: undefined, refreshNotBefore: 0 }

/** How a session is opened. */
export interface SessionOptions {
  readonly credentials: Credentials
  readonly place: Address.Address
  readonly tokens: TokenPlace
}

/**
 * The session of a login. Its file is read again wherever its tokens do not do, so that one login, by whichever process, lets all go
 * on. One refresh is under way at a time, in whichever process: that of the holder of the lease on the tokens.
 */
export const make = (
  { credentials, place, tokens: file }: SessionOptions,
  exchange: Exchange
): Effect.Effect<Session, never, FileSystem.FileSystem | Entropy.Entropy> =>
  Effect.gen(function* () {
    const context = yield* Effect.context<FileSystem.FileSystem | Entropy.Entropy>()
    const known = yield* Ref.make(nothing)
    const one = yield* Effect.makeSemaphore(1)
    const keeping: Keeping = { credentials, place, file, exchange, known }
    const settled = settle(keeping).pipe(Effect.provide(context), one.withPermits(1))
    return {
      access: Effect.gen(function* () {
        const state = yield* settled
        const nowMs = yield* Clock.currentTimeMillis
        if (state.tokens === undefined || !isUsable(state, nowMs))
          return yield* new NeedsLogin({ why: whyNot(state, nowMs) })
        return state.tokens.accessToken
      }),
      refused: (token) =>
        Ref.update(known, (state) => (state.tokens?.accessToken === token ? { ...state, isRefused: true } : state)),
      standing: Effect.gen(function* () {
        const state = yield* settled
        const nowMs = yield* Clock.currentTimeMillis
        const until = state.tokens?.refreshExpiresAt
        if (until === undefined || state.problem !== undefined || nowMs >= Instant.toMillis(until))
          return { _tag: "NeedsLogin", why: whyNot(state, nowMs) } as const
        const isSoon = Instant.toMillis(until) - nowMs <= ANNOUNCED_MS
        return { _tag: isSoon ? "EndsSoon" : "Valid", until } as const
      })
    }
  })

/** What a session is kept with. */
interface Keeping {
  readonly credentials: Credentials
  readonly place: Address.Address
  readonly file: TokenPlace
  readonly exchange: Exchange
  readonly known: Ref.Ref<Known>
}

/** Reads the file, and refreshes, where the tokens that are known do not do. */
const settle = (keeping: Keeping) =>
  Effect.gen(function* () {
    const { file, known } = keeping
    const nowMs = yield* Clock.currentTimeMillis
    if (!isFresh(yield* Ref.get(known), nowMs)) yield* reread(keeping)
    const state = yield* Ref.get(known)
    const { problem, refreshNotBefore, tokens } = state
    const isDue = tokens !== undefined && problem === undefined && !isFresh(state, nowMs)
    const isAlive = tokens !== undefined && nowMs < Instant.toMillis(tokens.refreshExpiresAt)
    if (isDue && isAlive && nowMs >= refreshNotBefore)
      yield* TokenFile.asHolder(file, (isMine) => renewAsHolder(keeping, nowMs, isMine))
    return yield* Ref.get(known)
  })

/** What another holder has just written does as well. */
const renewAsHolder = (keeping: Keeping, nowMs: number, isMine: Effect.Effect<boolean>) =>
  Effect.gen(function* () {
    yield* reread(keeping)
    const { problem, tokens, ...state } = yield* Ref.get(keeping.known)
    if (tokens === undefined || problem !== undefined || isFresh({ ...state, problem, tokens }, nowMs)) return
    yield* renew(
      keeping,
      tokens,
      nowMs,
      Effect.if(isMine, { onTrue: () => standsIn(keeping.file, tokens), onFalse: () => Effect.succeed(false) })
    )
  })

/** Refreshes tokens, and writes the new ones where they may still take the place of the old. */
const renew = (
  keeping: Keeping,
  tokens: Tokens,
  nowMs: number,
  mayReplace: Effect.Effect<boolean, never, FileSystem.FileSystem>
) =>
  Effect.gen(function* () {
    const { credentials, exchange, file, known, place } = keeping
    const renewed = yield* Effect.either(Login.refresh(exchange, place, credentials, tokens))
    if (renewed._tag === "Left") {
      const { isRefused, message } = renewed.left
      yield* Effect.logWarning(`Schwab's token was not refreshed: ${message}`)
      yield* Ref.update(known, (state) => ({
        ...state,
        refreshNotBefore: nowMs + AGAIN_MS,
        ...(isRefused ? { problem: message } : {})
      }))
      return
    }
    yield* Ref.set(known, { ...nothing, tokens: renewed.right })
    const written = yield* Effect.either(TokenFile.write(file, renewed.right, mayReplace))
    if (written._tag === "Left") yield* Effect.logError(written.left.message)
    else if (!written.right) yield* reread(keeping)
  })

/** What another process wrote since; the same tokens keep what was said of them. */
const reread = ({ file, known }: Keeping) =>
  Effect.gen(function* () {
    const before = yield* Ref.get(known)
    const read = yield* Effect.either(TokenFile.read(file))
    if (read._tag === "Left") {
      yield* Ref.set(known, { ...before, tokens: undefined, problem: read.left.message })
      return
    }
    const tokens = Option.getOrUndefined(read.right)
    const isSame = tokens !== undefined && before.tokens !== undefined && sameTokens(tokens, before.tokens)
    if (isSame) return
    const problem = tokens === undefined ? "not logged in yet" : undefined
    yield* Ref.set(known, { ...nothing, tokens, problem })
  })

const sameTokens = (a: Tokens, b: Tokens): boolean =>
  a.accessExpiresAt === b.accessExpiresAt && a.refreshExpiresAt === b.refreshExpiresAt && equalText(a, b)

/** Are these the tokens in the file yet? A login may have replaced them meanwhile. */
const standsIn = (file: TokenPlace, tokens: Tokens) =>
  Effect.map(
    Effect.option(TokenFile.read(file)),
    (read) => Option.isSome(read) && Option.exists(read.value, (each) => sameTokens(each, tokens))
  )

const encode = Schema.encodeSync(TokenFile.Tokens)
const equalText = (a: Tokens, b: Tokens): boolean => encode(a).accessToken === encode(b).accessToken

/** Valid for a while yet: nothing needs to be read or refreshed. */
const isFresh = ({ isRefused, problem, tokens }: Known, nowMs: number): boolean =>
  tokens !== undefined &&
  !isRefused &&
  problem === undefined &&
  Instant.toMillis(tokens.accessExpiresAt) - nowMs > AHEAD_MS

const isUsable = ({ isRefused, tokens }: Known, nowMs: number): boolean =>
  tokens !== undefined && !isRefused && nowMs < Instant.toMillis(tokens.accessExpiresAt)

const whyNot = ({ problem, tokens }: Known, nowMs: number): string => {
  if (problem !== undefined) return problem
  if (tokens === undefined) return "not logged in yet"
  return nowMs >= Instant.toMillis(tokens.refreshExpiresAt)
    ? "the login has expired"
    : "Schwab does not take the token, and no other was given yet"
}
