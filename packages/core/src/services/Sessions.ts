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
import { type Known, TokenRegister, type TokensDisagree } from "./TokenRegister.ts"
import { hashOf, isGood } from "./Tokens.ts"

/** There is no session of this id that has not ended. */
export class NoSession extends Schema.TaggedError<NoSession>()("NoSession", { id: Schema.String }) {
  override get message() {
    return `session '${this.id}' does not exist`
  }
}

/** A session that was opened; the secret goes to its browser and is kept nowhere. */
export interface OpenedSession {
  readonly session: Session
  readonly secret: Redacted.Redacted
}

/** How long a browser stays signed in with a token, whatever it does, in milliseconds: 7 days. */
export const LIFE_MS = 7 * 24 * 60 * 60_000

/** The same of a person, in milliseconds: 12 hours. His provider is asked again then, and what it says of his groups holds. */
export const LIFE_OF_PERSON_MS = 12 * 60 * 60_000

/** After how long without a call its session ends, in milliseconds: 12 hours. */
export const IDLE_MS = 12 * 60 * 60_000

/** How many browsers can be signed in with one token, or as one person, at a time; the next one takes the place of the one signed in longest. */
export const MOST = 20

/** A secret of a session begins otherwise than a token's: neither is good in the place of the other. */
const PREFIX = "rls_"

/** Who ends what nobody ended. */
const PROGRAM = "roundlot"

/** Nothing is written beside rows that the journal does not give. */
const asProven = Effect.flatMap(TokenRegister, ({ known }) => known)

/** Who calls, and what he may do; `name` goes on record as the actor of what he does. */
export interface Bearer extends Pick<Token, "name" | "role" | "accounts"> {
  /** How the provider calls a person: to be read, and no identity. */
  readonly person: string | undefined
}

/** Who has a token. */
export const bearerOf = ({ accounts, name, role }: Token): Bearer => ({ accounts, name, person: undefined, role })

/** A person whom an OpenID provider names, and what his groups give him. */
export interface Person extends Bearer {
  readonly issuer: string
  readonly subject: string
  readonly person: string
  /** Those of his groups that gave him the role and accounts. */
  readonly groups: ReadonlyArray<string>
}

type Opening = Effect.Effect<
  OpenedSession,
  TokensDisagree | WriteError,
  TokenRegister | TradeRepository | Clock | Entropy
>

/** Signs a browser in that has given a good token, at the host and port that it called. */
export const open = (token: Token, host: string): Opening =>
  opened(token.name, host, LIFE_MS, token.expiresAt, undefined)

/** Signs the browser of a person in, at the host and port that it called. */
export const openPerson = (person: Person, host: string): Opening =>
  opened(person.name, host, LIFE_OF_PERSON_MS, undefined, person)

const opened = (
  token: string,
  host: string,
  lifeMs: number,
  until: Instant.Instant | undefined,
  person: Person | undefined
): Opening =>
  Effect.gen(function* () {
    const { hex } = yield* Entropy
    const secret = `${PREFIX}${yield* hex}${yield* hex}`
    const id = yield* hex
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const life = Instant.addMillis(now, lifeMs)
    const expiresAt = until !== undefined && until < life ? until : life
    yield* asProven
    const { name: _, ...said } = person ?? { name: token }
    const session = yield* record(token, [Need.SessionsOf({ token })], (books, emit) => {
      const seat = seatIn(books, token, now, emit)
      emit({ _tag: "SessionOpened", token, seat, id, hash: hashOf(secret), host, expiresAt, ...said })
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

/** Is it an open session of a token, and not the one that is kept? */
const isOther =
  (token: string, kept: string | undefined, now: Instant.Instant) =>
  (each: Session): boolean =>
    each.token === token && each.id !== kept && isOpen(each, now)

/** The sessions of a token that are open, but the one that is kept. */
export const othersOf = (
  token: string,
  kept: string | undefined
): Effect.Effect<ReadonlyArray<Session>, StoreError, TradeRepository | Clock> =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    return (yield* all).filter(isOther(token, kept, now))
  })

/** Ends the sessions of a token but the one that is kept; gives those that ended. */
export const endOthers = (
  token: string,
  kept: string | undefined,
  actor: string
): Effect.Effect<
  ReadonlyArray<Session>,
  TokensDisagree | WriteError,
  TokenRegister | TradeRepository | Clock | Entropy
> =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    yield* asProven
    return yield* record(actor, [Need.SessionsOf({ token })], ({ sessions }, emit) => {
      const others = sessions.find("token", [token]).filter(isOther(token, kept, now))
      for (const session of others) emit(ended(session, "Ended", actor))
      return others
    })
  })

/** Has a session neither ended nor run out at this moment? */
export const isOpen = ({ endedAt, expiresAt }: Session, now: Instant.Instant): boolean =>
  endedAt === undefined && expiresAt > now

/** The sessions of a store that are open, or whose seat no other has taken since, by token. */
export const all: Effect.Effect<ReadonlyArray<Session>, StoreError, TradeRepository> = Reads.all(SessionTable)

/** Who is signed in: a session, and whose it is. */
export interface SignedIn {
  readonly session: Session
  readonly bearer: Bearer
}

/** The sessions of a store, for those who ask with every call. */
export interface SessionsService {
  /** Whose session a secret is at a host; `undefined` where it is none, has ended, its token is void, or another provider is configured. */
  readonly check: (secret: string, host: string) => Effect.Effect<SignedIn | undefined, TokensDisagree | StoreError>
}

/** The sessions of a store, for those who ask with every call. */
export class Sessions extends Context.Tag("@roundlot/core/Sessions")<Sessions, SessionsService>() {}

/** Whose a session is: of a person whom the provider of this name has signed in, or of a good token. */
const ownerOf = (
  { accounts, issuer, person, role, token: name }: Session,
  tokens: Known,
  now: Instant.Instant,
  trusted: string | undefined
): Bearer | undefined => {
  if (issuer !== undefined)
    return role !== undefined && issuer === trusted ? { accounts, name, person, role } : undefined
  const token = tokens.named(name)
  return token !== undefined && isGood(token, now) ? bearerOf(token) : undefined
}

/**
 * Makes what checks sessions; those of persons are good as long as their provider is the one that is trusted. When each called last it
 * knows of this process alone: after a start every session has its idle time again, and its life as it was.
 */
export const make = (
  trusted: string | undefined
): Effect.Effect<SessionsService, never, TokenRegister | TradeRepository | Clock | Entropy> =>
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
          const bearer = ownerOf(session, tokens, now, trusted)
          if (bearer === undefined) return undefined
          const nowMs = yield* clock.monotonicMs
          const lastMs = lastCalls.get(session.id)
          if (lastMs === undefined) forget(nowMs)
          else if (nowMs - lastMs > IDLE_MS) {
            // Also where that cannot be written now, it stays idle.
            yield* Effect.ignore(end(session.id, "Idle", PROGRAM))
            return undefined
          }
          lastCalls.set(session.id, nowMs)
          return { session, bearer }
        }).pipe(Effect.provide(context))
    }
  })

/** The sessions of the program's store; those of persons are of the provider that is trusted. */
export const layer = (
  trusted?: string
): Layer.Layer<Sessions, never, TokenRegister | TradeRepository | Clock | Entropy> =>
  Layer.effect(Sessions, make(trusted))
