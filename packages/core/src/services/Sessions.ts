import { Context, Effect, Layer, Redacted, Schema } from "effect"
import type { Books } from "../books/Books.ts"
import { Need } from "../books/Need.ts"
import type { LedgerEvent, sessionEnds } from "../events/Event.ts"
import { Clock } from "../ports/Clock.ts"
import { Entropy } from "../ports/Entropy.ts"
import type { StoreError, TradeRepository, WriteError } from "../ports/TradeRepository.ts"
import { SessionTable, type Session } from "../records/Session.ts"
import type { Token } from "../records/Token.ts"
import { joinKey } from "../tables/Table.ts"
import * as Instant from "../values/Instant.ts"
import { record } from "./operational.ts"
import * as Reads from "./Reads.ts"
import { TokenRegister, type TokensDisagree } from "./TokenRegister.ts"
import { hashOf, isGood } from "./Tokens.ts"

/** There is no session of this id that has not ended. */
export class NoSession extends Schema.TaggedError<NoSession>()("NoSession", { id: Schema.String }) {
  override get message() {
    return `no browser is signed in as '${this.id}': 'roundlot sessions list' shows all that are`
  }
}

/** A session that was opened; the secret goes to its browser and is kept nowhere. */
export interface OpenedSession {
  readonly session: Session
  readonly secret: Redacted.Redacted
}

/** How long a browser stays signed in, whatever it does, in milliseconds: 7 days. */
export const LIFE_MS = 7 * 24 * 60 * 60_000

/** After how long without a call its session ends, in milliseconds: 12 hours. */
export const IDLE_MS = 12 * 60 * 60_000

/** How many browsers can be signed in with one token at a time; the next one takes the place of the one signed in longest. */
export const MOST = 20

/** A secret of a session begins otherwise than a token's: neither is good in the place of the other. */
const PREFIX = "rls_"

/** Who ends what nobody ended. */
const PROGRAM = "roundlot"

/** Nothing is written beside rows that the journal does not give. */
const asProven = Effect.flatMap(TokenRegister, ({ known }) => known)

/** Signs a browser in that has given a good token, at the host and port that it called. */
export const open = (
  { expiresAt: until, name: token }: Token,
  host: string
): Effect.Effect<OpenedSession, TokensDisagree | WriteError, TokenRegister | TradeRepository | Clock | Entropy> =>
  Effect.gen(function* () {
    const { hex } = yield* Entropy
    const secret = `${PREFIX}${yield* hex}${yield* hex}`
    const id = yield* hex
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const life = Instant.addMillis(now, LIFE_MS)
    const expiresAt = until !== undefined && until < life ? until : life
    yield* asProven
    const needs = [Need.TokenByName({ name: token }), Need.SessionsOf({ token })]
    const session = yield* record(token, needs, (books, emit) => {
      const seat = seatIn(books, token, now, emit)
      emit({ _tag: "SessionOpened", token, seat, id, hash: hashOf(secret), host, expiresAt })
      return books.sessions.get(joinKey([token, seat]))
    })
    if (session === undefined) return yield* Effect.dieMessage(`session ${id} was not opened`)
    return { session, secret: Redacted.make(secret) }
  })

/** A free seat of a token: one whose session has ended, a new one, or that of who is signed in longest. */
const seatIn = (
  { sessions }: Books,
  token: string,
  now: Instant.Instant,
  emit: (event: LedgerEvent) => void
): number => {
  const taken = sessions.find("token", [token])
  const free = taken.find((session) => !isOpen(session, now))
  if (free !== undefined) return free.seat
  const [oldest, ...others] = taken.toSorted((one, other) => (one.openedAt < other.openedAt ? -1 : 1))
  if (oldest === undefined || others.length + 1 < MOST) return taken.length + 1
  emit(ended(oldest, "Replaced", PROGRAM))
  return oldest.seat
}

const ended = ({ id, seat, token }: Session, why: (typeof sessionEnds)[number], actor: string): LedgerEvent => ({
  _tag: "SessionEnded",
  token,
  seat,
  id,
  why,
  actor
})

/** Ends a session; calls with it are refused from now on. */
export const end = (
  id: string,
  why: (typeof sessionEnds)[number],
  actor: string
): Effect.Effect<Session, NoSession | TokensDisagree | WriteError, TokenRegister | TradeRepository | Clock | Entropy> =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    yield* asProven
    const session = yield* record(actor, [Need.SessionById({ id })], ({ sessions }, emit) => {
      const [known] = sessions.find("id", [id])
      if (known === undefined || !isOpen(known, now)) return undefined
      emit(ended(known, why, actor))
      return sessions.find("id", [id])[0]
    })
    return session ?? (yield* new NoSession({ id }))
  })

/** Ends the sessions of a token but the one that is kept. */
export const endOthers = (
  token: string,
  kept: string | undefined,
  actor: string
): Effect.Effect<void, TokensDisagree | WriteError, TokenRegister | TradeRepository | Clock | Entropy> =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    yield* asProven
    yield* record(actor, [Need.SessionsOf({ token })], ({ sessions }, emit) => {
      for (const session of sessions.find("token", [token]))
        if (session.id !== kept && isOpen(session, now)) emit(ended(session, "Ended", actor))
    })
  })

/** Has a session neither ended nor run out at this moment? */
export const isOpen = ({ endedAt, expiresAt }: Session, now: Instant.Instant): boolean =>
  endedAt === undefined && expiresAt > now

/** The sessions of a store that are open, or whose seat no other has taken since, by token. */
export const all: Effect.Effect<ReadonlyArray<Session>, StoreError, TradeRepository> = Reads.all(SessionTable)

/** Who is signed in: a session, and the token that says what it may. */
export interface SignedIn {
  readonly session: Session
  readonly token: Token
}

/** The sessions of a store, for those who ask with every call. */
export interface SessionsService {
  /** Whose session a secret is at a host; `undefined` where it is none, has ended, or its token is void. */
  readonly check: (secret: string, host: string) => Effect.Effect<SignedIn | undefined, TokensDisagree | StoreError>
}

/** The sessions of a store, for those who ask with every call. */
export class Sessions extends Context.Tag("@roundlot/core/Sessions")<Sessions, SessionsService>() {}

/**
 * Makes what checks sessions. When each called last it knows of this process alone: after a start every session has its 12 hours anew, and
 * its 7 days as they were.
 */
export const make: Effect.Effect<SessionsService, never, TokenRegister | TradeRepository | Clock | Entropy> =
  Effect.gen(function* () {
    const context = yield* Effect.context<TokenRegister | TradeRepository | Clock | Entropy>()
    const clock = yield* Clock
    const { known } = yield* TokenRegister
    const lastCalls = new Map<string, number>()
    /** What called last longer ago than any session lasts is of none. */
    const forget = (nowMs: number): void => {
      for (const [id, lastMs] of lastCalls) if (nowMs - lastMs > LIFE_MS) lastCalls.delete(id)
    }
    return {
      check: (secret, host) =>
        Effect.gen(function* () {
          const tokens = yield* known
          const now = yield* clock.now
          const session = tokens.session(hashOf(secret))
          if (session === undefined || session.host !== host || !isOpen(session, now)) return undefined
          const token = tokens.named(session.token)
          if (token === undefined || !isGood(token, now)) return undefined
          const nowMs = yield* clock.monotonicMs
          const lastMs = lastCalls.get(session.id)
          if (lastMs === undefined) forget(nowMs)
          else if (nowMs - lastMs > IDLE_MS) {
            // Also where that cannot be written now, it stays idle.
            yield* Effect.ignore(end(session.id, "Idle", PROGRAM))
            return undefined
          }
          lastCalls.set(session.id, nowMs)
          return { session, token }
        }).pipe(Effect.provide(context))
    }
  })

/** The sessions of the program's store. */
export const layer: Layer.Layer<Sessions, never, TokenRegister | TradeRepository | Clock | Entropy> = Layer.effect(
  Sessions,
  make
)
