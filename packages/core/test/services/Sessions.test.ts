import { Effect, Layer, Redacted, TestClock, TestContext } from "effect"
import { describe, expect, it } from "vitest"
import { STORE } from "../../src/records/AccountName.ts"
import type { EncodedRow } from "../../src/tables/Table.ts"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as MemoryStore from "../../src/memory/MemoryStore.ts"
import { Clock, layerAlwaysOpen } from "../../src/ports/Clock.ts"
import { type Entropy, layerSecure } from "../../src/ports/Entropy.ts"
import { TradeRepository, type TradeRepositoryService } from "../../src/ports/TradeRepository.ts"
import * as Audit from "../../src/services/Audit.ts"
import * as Sessions from "../../src/services/Sessions.ts"
import * as TokenRegister from "../../src/services/TokenRegister.ts"
import * as Tokens from "../../src/services/Tokens.ts"
import * as Instant from "../../src/values/Instant.ts"

const actor = "test"
const HOST = "127.0.0.1:4400"
const ISSUER = "https://login.example.com"

type Needed = TradeRepository | TokenRegister.TokenRegister | Sessions.Sessions | Clock | Entropy

const play = <A, E>(run: (kept: TradeRepositoryService) => Effect.Effect<A, E, Needed>) => {
  const kept = MemoryRepository.make(MemoryStore.make())
  const store = Layer.mergeAll(Layer.succeed(TradeRepository, kept), layerAlwaysOpen, layerSecure)
  const services = Sessions.layer(ISSUER).pipe(Layer.provideMerge(TokenRegister.layer), Layer.provideMerge(store))
  return Effect.runPromise(run(kept).pipe(Effect.provide(services), Effect.provide(TestContext.TestContext)))
}

const made = (expiresAt?: Instant.Instant) =>
  Effect.map(Tokens.create({ name: "dana", role: "operate", expiresAt, actor }), ({ token }) => token)

const opened = Effect.flatMap(made(), (token) => Sessions.open(token, HOST))

const who = (secret: Redacted.Redacted, host = HOST) =>
  Effect.flatMap(Sessions.Sessions, ({ check }) =>
    Effect.map(check(Redacted.value(secret), host), (found) => found?.bearer.name)
  )

const entries = Effect.flatMap(TradeRepository, (repository) =>
  repository.entries({ account: STORE, afterSeq: 0, entity: undefined, limit: 500 })
)

describe("a browser that is signed in", () => {
  it("has a secret of its own, which no entry has; its beginning and its end are entries", () =>
    play(() =>
      Effect.gen(function* () {
        const { secret, session } = yield* opened
        expect(yield* who(secret)).toBe("dana")
        yield* Sessions.end(session.id, "SignedOut", "dana")
        expect(yield* who(secret)).toBeUndefined()
        const entered = yield* entries
        expect(entered.map(({ entityId, tag }) => `${tag} ${entityId}`)).toEqual([
          "TokenCreated dana",
          `SessionOpened ${session.id}`,
          `SessionEnded ${session.id}`
        ])
        expect(JSON.stringify(entered)).not.toContain(Redacted.value(secret))
        expect(yield* Audit.run()).toMatchObject({ ok: true, entries: 3 })
        const again = yield* Effect.flip(Sessions.end(session.id, "SignedOut", "dana"))
        expect(again.message).toBe(`session '${session.id}' does not exist`)
      })
    ))

  it("is signed in at the host and port that it called, and at no other; its secret is no token, and a token no session", () =>
    play(() =>
      Effect.gen(function* () {
        const { secret, token } = yield* Tokens.create({ name: "dana", role: "operate", actor })
        const session = yield* Sessions.open(token, HOST)
        expect(yield* who(session.secret, "127.0.0.1:4401")).toBeUndefined()
        expect(yield* who(secret)).toBeUndefined()
        const { known } = yield* TokenRegister.TokenRegister
        expect(yield* Tokens.check(yield* known, Redacted.value(session.secret))).toBeUndefined()
      })
    ))

  it("is signed out with its token: revoked, or at its end", () =>
    play(() =>
      Effect.gen(function* () {
        const { secret } = yield* opened
        yield* Tokens.revoke("dana", actor)
        expect(yield* who(secret)).toBeUndefined()
        const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
        const expiresAt = Instant.addMillis(now, 60_000)
        const { token } = yield* Tokens.create({ name: "late", role: "read", expiresAt, actor })
        const short = yield* Sessions.open(token, HOST)
        expect(short.session.expiresAt).toBe(expiresAt)
        yield* TestClock.adjust("61 seconds")
        expect(yield* who(short.secret)).toBeUndefined()
      })
    ))

  it("is signed out when its token is rotated, or once the overlap has ended", () =>
    play(() =>
      Effect.gen(function* () {
        const { secret, session } = yield* opened
        const first = yield* Tokens.rotate({ name: "dana", actor })
        expect(yield* who(secret)).toBeUndefined()
        expect(yield* Effect.flip(Sessions.end(session.id, "Ended", actor))).toMatchObject({ _tag: "NoSession" })
        const { secret: second } = yield* Sessions.open(first.token, HOST)
        yield* Tokens.rotate({ name: "dana", overlapMs: 60_000, actor })
        // Who still comes with the old secret meanwhile stays no longer than it does.
        const { known } = yield* TokenRegister.TokenRegister
        const before = yield* Tokens.check(yield* known, Redacted.value(first.secret))
        if (before === undefined) return yield* Effect.dieMessage("the old secret is void")
        const { secret: third } = yield* Sessions.open(before, HOST)
        expect(yield* Effect.forEach([second, third], (each) => who(each))).toEqual(["dana", "dana"])
        yield* TestClock.adjust("60 seconds")
        expect(yield* Effect.forEach([second, third], (each) => who(each))).toEqual([undefined, undefined])
        expect(yield* Audit.run()).toMatchObject({ ok: true })
      })
    ))

  it("ends after 12 hours without a call, and after 7 days whatever it does", () =>
    play(() =>
      Effect.gen(function* () {
        const { secret: away } = yield* opened
        const { secret: here } = yield* Effect.flatMap(Tokens.all, ([token]) =>
          token === undefined ? Effect.dieMessage("no token") : Sessions.open(token, HOST)
        )
        expect([yield* who(away), yield* who(here)]).toEqual(["dana", "dana"])
        for (let i = 0; i < 13; i++) {
          yield* TestClock.adjust("1 hour")
          expect(yield* who(here)).toBe("dana")
        }
        expect(yield* who(away)).toBeUndefined()
        expect((yield* entries).at(-1)?.body).toContain('"why":"Idle"')
        for (let i = 0; i < 15; i++) {
          yield* TestClock.adjust("11 hours")
          yield* who(here)
        }
        expect(yield* who(here)).toBeUndefined()
      })
    ))

  it("takes a seat of its token: twenty at most, the next has that of who is signed in longest, and ended ones are taken first", () =>
    play(() =>
      Effect.gen(function* () {
        const token = yield* made()
        const first = yield* Sessions.open(token, HOST)
        const second = yield* Sessions.open(token, HOST)
        yield* Sessions.end(second.session.id, "Ended", actor)
        for (let i = 0; i < 19; i++) {
          yield* TestClock.adjust("1 second")
          yield* Sessions.open(token, HOST)
        }
        expect(yield* who(first.secret)).toBe("dana")
        yield* Sessions.open(token, HOST)
        expect(yield* who(first.secret)).toBeUndefined()
        expect((yield* entries).at(-2)).toMatchObject({ tag: "SessionEnded", entityId: first.session.id })
        for (let i = 0; i < 100; i++) yield* Sessions.open(token, HOST)
        const rows = yield* Sessions.all
        expect(rows.map(({ seat }) => seat).toSorted((one, other) => one - other)).toEqual(
          Array.from({ length: 20 }, (_, i) => i + 1)
        )
        expect(yield* Audit.run()).toMatchObject({ ok: true })
      })
    ))
})

const person: Sessions.Person = {
  name: "oidc:f3a1@login.example.com",
  person: "Dana",
  issuer: ISSUER,
  subject: "f3a1",
  groups: ["traders"],
  role: "trade",
  accounts: ["ira"]
}

describe("a person whom a provider names", () => {
  it("is who calls, with the role and accounts that he had when he signed in; the entry says whose word that is", () =>
    play(() =>
      Effect.gen(function* () {
        const { secret, session } = yield* Sessions.openPerson(person, HOST)
        const { check } = yield* Sessions.Sessions
        expect((yield* check(Redacted.value(secret), HOST))?.bearer).toEqual({
          name: person.name,
          person: "Dana",
          role: "trade",
          accounts: ["ira"]
        })
        expect(JSON.parse((yield* entries)[0]?.body ?? "")).toMatchObject({
          token: person.name,
          issuer: ISSUER,
          subject: "f3a1",
          person: "Dana",
          groups: ["traders"],
          role: "trade",
          accounts: ["ira"]
        })
        // What changed with the provider, or here, holds from the next time on.
        const again = yield* Sessions.openPerson({ ...person, role: "read", accounts: undefined }, HOST)
        expect((yield* check(Redacted.value(again.secret), HOST))?.bearer).toMatchObject({
          role: "read",
          accounts: undefined
        })
        expect((yield* check(Redacted.value(secret), HOST))?.bearer).toMatchObject({ role: "trade" })
        yield* Sessions.end(session.id, "Ended", actor)
        expect(yield* who(secret)).toBeUndefined()
        expect(yield* Audit.run()).toMatchObject({ ok: true })
      })
    ))

  it("is signed out after 12 hours whatever he does, and where the provider is no longer the one that is trusted", () =>
    play(() =>
      Effect.gen(function* () {
        const { secret } = yield* Sessions.openPerson(person, HOST)
        for (let i = 0; i < 11; i++) {
          yield* TestClock.adjust("1 hour")
          expect(yield* who(secret)).toBe(person.name)
        }
        for (const trusted of [undefined, "https://other.example.com"]) {
          const { check } = yield* Sessions.make(trusted)
          expect(yield* check(Redacted.value(secret), HOST)).toBeUndefined()
        }
        yield* TestClock.adjust("1 hour")
        expect(yield* who(secret)).toBeUndefined()
      })
    ))
})

const attacks: ReadonlyArray<readonly [what: string, edit: (row: EncodedRow) => EncodedRow]> = [
  ["a hash exchanged", (row) => ({ ...row, hash: Tokens.hashOf("rls_forged") })],
  ["the token exchanged for one of more rights", (row) => ({ ...row, token: "boss" })],
  [
    "a person with a role put in the place of the token",
    (row) => ({ ...row, issuer: ISSUER, person: "Eve", role: "operate" })
  ],
  ["an end moved", (row) => ({ ...row, expiresAt: 9_000_000_000_000_000 })],
  ["an ended one opened again", (row) => ({ ...row, endedAt: null, endedBy: null })]
]

describe("a session that the journal does not give", () => {
  it.each(attacks)("%s: no call is answered", (_, edit) =>
    play((kept) =>
      Effect.gen(function* () {
        const { session } = yield* opened
        yield* Sessions.end(session.id, "Ended", actor)
        const edited: TradeRepositoryService = {
          ...kept,
          page: (query) =>
            query.table === "sessions" ? Effect.map(kept.page(query), (rows) => rows.map(edit)) : kept.page(query),
          snapshot: (reads) => Effect.provideService(reads, TradeRepository, edited)
        }
        const register = yield* Effect.provideService(TokenRegister.make, TradeRepository, edited)
        const refused = yield* Effect.flip(register.known)
        expect(refused.message).toContain("sessions ")
      })
    )
  )
})
