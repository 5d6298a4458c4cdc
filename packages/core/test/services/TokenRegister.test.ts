import { Effect, Layer, Option, Redacted, TestClock, TestContext } from "effect"
import { describe, expect, it } from "vitest"
import { STORE } from "../../src/records/AccountName.ts"
import type { EncodedRow } from "../../src/tables/Table.ts"
import * as audit from "../../src/ledger/audit.ts"
import { hashOf } from "../../src/events/Entry.ts"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as MemoryStore from "../../src/memory/MemoryStore.ts"
import { Clock, layerAlwaysOpen } from "../../src/ports/Clock.ts"
import { type Entropy, layerSecure } from "../../src/ports/Entropy.ts"
import { TradeRepository, type TradeRepositoryService } from "../../src/ports/TradeRepository.ts"
import * as Audit from "../../src/services/Audit.ts"
import * as TokenRegister from "../../src/services/TokenRegister.ts"
import * as Tokens from "../../src/services/Tokens.ts"

type Rows = ReadonlyArray<EncodedRow>

/** A store whose table of tokens reads as somebody has left it who can write to the database. */
const edited = (kept: TradeRepositoryService, edit: (rows: Rows) => Rows): TradeRepositoryService => {
  const repository: TradeRepositoryService = {
    ...kept,
    page: (query) => (query.table === "tokens" ? Effect.map(kept.page(query), edit) : kept.page(query)),
    snapshot: (reads) => Effect.provideService(reads, TradeRepository, repository)
  }
  return repository
}

const of = (name: string, change: EncodedRow) => (rows: Rows) =>
  rows.map((row) => (row["name"] === name ? { ...row, ...change } : row))

const forged = Tokens.hashOf("rlt_forged")

/** What somebody could do to the table, and the record that is named. */
const attacks: ReadonlyArray<readonly [what: string, named: string, edit: (rows: Rows) => Rows]> = [
  ["all rows deleted", "dana", () => []],
  ["a row deleted", "watch", (rows) => rows.filter(({ name }) => name !== "watch")],
  ["a role raised", "watch", of("watch", { role: "operate" })],
  ["a revoked token made good", "gone", of("gone", { revokedAt: null, revokedBy: null })],
  ["an expiry moved", "late", of("late", { expiresAt: 9_000_000_000_000_000 })],
  ["an expiry taken away", "late", of("late", { expiresAt: null })],
  ["a hash exchanged", "dana", of("dana", { hash: forged })],
  ["a row added by hand", "mallory", (rows) => [...rows, { ...rows[0], name: "mallory", hash: forged }]],
  ["who made it rewritten", "dana", of("dana", { createdBy: "nobody" })]
]

const play = <A, E>(run: (kept: TradeRepositoryService) => Effect.Effect<A, E, TradeRepository | Clock | Entropy>) => {
  const kept = MemoryRepository.make(MemoryStore.make())
  return Effect.runPromise(
    run(kept).pipe(
      Effect.provideService(TradeRepository, kept),
      Effect.provide(Layer.mergeAll(layerAlwaysOpen, layerSecure))
    )
  )
}

const actor = "test"

const found = ({ known }: TokenRegister.TokenRegisterService, secret: string) =>
  Effect.map(known, (tokens) => tokens.find(Tokens.hashOf(secret)))

/** Four tokens, one revoked, one with an end; the secret of the first. */
const made = Effect.gen(function* () {
  const { secret } = yield* Tokens.create({ name: "dana", role: "operate", actor })
  yield* Tokens.create({ name: "watch", role: "read", actor })
  yield* Tokens.create({ name: "gone", role: "operate", actor })
  yield* Tokens.revoke("gone", actor)
  const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
  yield* Tokens.create({ name: "late", role: "trade", expiresAt: now, actor })
  return Redacted.value(secret)
})

const entriesOfStore = Effect.flatMap(TradeRepository, (repository) =>
  repository.entries({ account: STORE, afterSeq: 0, entity: undefined, limit: 100 })
)

describe("tokens are entries of the store's journal", () => {
  it("who made and revoked each, with role, end and hash; and never a secret", () =>
    play(() =>
      Effect.gen(function* () {
        const secret = yield* made
        const entries = yield* entriesOfStore
        expect(entries.map(({ entityId, entityKind, tag }) => `${tag} ${entityKind} ${entityId}`)).toEqual([
          "TokenCreated token dana",
          "TokenCreated token watch",
          "TokenCreated token gone",
          "TokenRevoked token gone",
          "TokenCreated token late"
        ])
        expect(entries[0]?.body).toContain(Tokens.hashOf(secret))
        expect(JSON.stringify(entries)).not.toContain(secret)
        expect(yield* Audit.run()).toMatchObject({ ok: true, entries: 5 })
      })
    ))

  it.each(attacks)("audit finds %s, and names %s with its entry", (_, name, edit) =>
    play((kept) =>
      Effect.gen(function* () {
        yield* made
        const { findings } = yield* Effect.provideService(Audit.run(), TradeRepository, edited(kept, edit))
        const about = findings.find(({ where }) => where === `tokens ${name}`)
        // What was added no entry gave.
        expect([about?.account, about?.seq === undefined]).toEqual([STORE, name === "mallory"])
      })
    )
  )
})

describe("the first token of a store", () => {
  const createFirst = Tokens.createFirst("roundlot start")

  it("is an operator's, made once, and an entry of the journal like any other", () =>
    play(() =>
      Effect.gen(function* () {
        const first = yield* createFirst
        expect(Option.getOrUndefined(first)?.token).toMatchObject({
          name: "operator",
          role: "operate",
          createdBy: "roundlot start"
        })
        expect(Option.isNone(yield* createFirst)).toBe(true)
        expect((yield* entriesOfStore).map(({ entityId, tag }) => `${tag} ${entityId}`)).toEqual([
          "TokenCreated operator"
        ])
      })
    ))

  it("is made once by two that start at the same moment", () =>
    play(() =>
      Effect.gen(function* () {
        const made = yield* Effect.all([createFirst, createFirst], { concurrency: "unbounded" })
        expect(made.filter(Option.isSome)).toHaveLength(1)
        expect(yield* entriesOfStore).toHaveLength(1)
      })
    ))

  it("is not made again where one was, and is revoked now, or its row is gone", () =>
    play((kept) =>
      Effect.gen(function* () {
        yield* Tokens.create({ name: "dana", role: "read", actor })
        yield* Tokens.revoke("dana", actor)
        expect(Option.isNone(yield* createFirst)).toBe(true)
        const robbed = Effect.provideService(
          createFirst,
          TradeRepository,
          edited(kept, () => [])
        )
        expect((yield* Effect.flip(robbed))._tag).toBe("TokensDisagree")
        expect(yield* entriesOfStore).toHaveLength(2)
      })
    ))
})

const good = (secret: Redacted.Redacted) =>
  Effect.gen(function* () {
    const { known } = yield* TokenRegister.make
    return (yield* Tokens.check(yield* known, Redacted.value(secret)))?.name
  })

const rotated = Effect.gen(function* () {
  const before = yield* Tokens.create({ name: "dana", role: "operate", actor })
  const overlapping = yield* Tokens.rotate({ name: "dana", overlapMs: 60_000, actor })
  return { before: before.secret, after: overlapping.secret }
})

describe("a token that is rotated", () => {
  it("has a new secret, and the old one at once no more; both are in no entry", () =>
    play(() =>
      Effect.gen(function* () {
        const before = yield* Tokens.create({ name: "dana", role: "operate", actor })
        const after = yield* Tokens.rotate({ name: "dana", actor })
        expect([yield* good(before.secret), yield* good(after.secret)]).toEqual([undefined, "dana"])
        expect(after.token).toMatchObject({ role: "operate", createdAt: before.token.createdAt, version: 2 })
        const entries = yield* entriesOfStore
        expect(entries.map(({ entityId, tag }) => `${tag} ${entityId}`)).toEqual([
          "TokenCreated dana",
          "TokenRotated dana"
        ])
        for (const { secret } of [before, after]) expect(JSON.stringify(entries)).not.toContain(Redacted.value(secret))
        expect(yield* Audit.run()).toMatchObject({ ok: true, entries: 2 })
      })
    ))

  it("has both secrets until the overlap ends; one that is rotated again meanwhile only its last two", () =>
    play(() =>
      Effect.gen(function* () {
        const { after, before } = yield* rotated
        expect([yield* good(before), yield* good(after)]).toEqual(["dana", "dana"])
        yield* TestClock.adjust("59 seconds")
        expect(yield* good(before)).toBe("dana")
        yield* TestClock.adjust("1 second")
        expect([yield* good(before), yield* good(after)]).toEqual([undefined, "dana"])
        const second = yield* Tokens.rotate({ name: "dana", overlapMs: 60_000, actor })
        const third = yield* Tokens.rotate({ name: "dana", overlapMs: 60_000, actor })
        const secrets = [after, second.secret, third.secret]
        expect(yield* Effect.forEach(secrets, good)).toEqual([undefined, "dana", "dana"])
        yield* Tokens.revoke("dana", actor)
        expect(yield* Effect.forEach(secrets, good)).toEqual([undefined, undefined, undefined])
        expect(yield* Audit.run()).toMatchObject({ ok: true })
      }).pipe(Effect.provide(TestContext.TestContext))
    ))

  it("is one that is good: none of a void one, nor of a name that no token has", () =>
    play(() =>
      Effect.gen(function* () {
        yield* made
        const refused = ["gone", "late", "nobody"].map((name) => Effect.flip(Tokens.rotate({ name, actor })))
        expect((yield* Effect.all(refused)).map(({ _tag }) => _tag)).toEqual(["TokenVoid", "TokenVoid", "NoToken"])
        expect(yield* entriesOfStore).toHaveLength(5)
      })
    ))

  it.each([
    ["an old secret that is given longer", { previousUntil: 9_000_000_000_000_000 }],
    ["another old secret", { previousHash: forged }]
  ])("%s in the table lets no call in", (_, change) =>
    play((kept) =>
      Effect.gen(function* () {
        yield* rotated
        const hacked = edited(kept, of("dana", change))
        const register = yield* Effect.provideService(TokenRegister.make, TradeRepository, hacked)
        expect((yield* Effect.flip(register.known)).message).toContain("tokens dana: ")
      })
    )
  )
})

describe("where table and journal disagree", () => {
  it.each(attacks)("no call is let in after %s: the register names %s", (_, name, edit) =>
    play((kept) =>
      Effect.gen(function* () {
        const secret = yield* made
        const hacked = edited(kept, edit)
        const register = yield* Effect.provideService(TokenRegister.make, TradeRepository, hacked)
        const refused = yield* Effect.flip(found(register, secret))
        expect(refused.message).toContain(`tokens ${name}: `)
        expect(refused.message).toContain("Audit the store")
        expect(yield* Effect.flip(register.known)).toEqual(refused)
      })
    )
  )

  it("a register that was asked before refuses the next call, and lets in again once the rows are restored", () =>
    play((kept) =>
      Effect.gen(function* () {
        const secret = yield* made
        let isRobbed = false
        const register = yield* Effect.provideService(
          TokenRegister.make,
          TradeRepository,
          edited(kept, (rows) => (isRobbed ? [] : rows))
        )
        expect(yield* found(register, secret)).toMatchObject({ name: "dana", role: "operate" })
        isRobbed = true
        expect((yield* Effect.flip(register.known))._tag).toBe("TokensDisagree")
        isRobbed = false
        expect(yield* found(register, secret)).toMatchObject({ name: "dana" })
      })
    ))

  it("a row that was added before any token was made opens nothing", () =>
    play((kept) =>
      Effect.gen(function* () {
        const row = { name: "mallory", role: "operate", hash: forged, createdAt: 1, createdBy: "x", version: 1 }
        const hacked = edited(kept, () => [{ ...row, expiresAt: null, revokedAt: null, revokedBy: null }])
        const register = yield* Effect.provideService(TokenRegister.make, TradeRepository, hacked)
        expect((yield* Effect.flip(register.known))._tag).toBe("TokensDisagree")
      })
    ))

  it("a journal whose end was cut off is refused as well: its head says more", () =>
    play((kept) =>
      Effect.gen(function* () {
        yield* made
        const cut: TradeRepositoryService = {
          ...kept,
          entries: () => Effect.succeed([]),
          page: () => Effect.succeed([]),
          snapshot: (reads) => Effect.provideService(reads, TradeRepository, cut)
        }
        const register = yield* Effect.provideService(TokenRegister.make, TradeRepository, cut)
        expect((yield* Effect.flip(register.known)).message).toContain("the head says entry 5")
      })
    ))

  it("no token is made or revoked that would hide what was changed", () =>
    play((kept) =>
      Effect.gen(function* () {
        yield* made
        const hacked = edited(kept, () => [])
        const create = Effect.flip(Tokens.create({ name: "dana", role: "operate", actor }))
        const revoke = Effect.flip(Tokens.revoke("dana", actor))
        const refusals = yield* Effect.provideService(Effect.all([create, revoke]), TradeRepository, hacked)
        expect(refusals.map(({ _tag }) => _tag)).toEqual(["TokensDisagree", "TokensDisagree"])
        expect(yield* entriesOfStore).toHaveLength(5)
      })
    ))

  it("a second token of a name is a fault of the journal, which audit names", () =>
    play(() =>
      Effect.gen(function* () {
        yield* made
        const entries = yield* entriesOfStore
        const fold = audit.begin()
        for (const entry of entries) audit.fold(fold, STORE, entry)
        for (const entry of entries.slice(0, 1)) {
          const again = { ...entry, seq: entries.length + 1 }
          audit.fold(fold, STORE, { ...again, hash: hashOf(entries.at(-1)?.hash ?? "", again) })
        }
        expect(fold.findings).toMatchObject([
          { where: "journal of _store, entry 6", what: "token dana was made before" }
        ])
      })
    ))
})

describe("a call costs no scan of the journal", () => {
  it("after the first, each reads the entries that are new and no others", () =>
    play((kept) =>
      Effect.gen(function* () {
        const secret = yield* made
        const read: Array<number> = []
        let snapshots = 0
        const counting: TradeRepositoryService = {
          ...kept,
          entries: (query) => Effect.tap(kept.entries(query), (found) => Effect.sync(() => read.push(found.length))),
          snapshot: (reads) => {
            snapshots += 1
            return Effect.provideService(reads, TradeRepository, counting)
          }
        }
        const register = yield* Effect.provideService(TokenRegister.make, TradeRepository, counting)
        const call = found(register, secret)
        for (let i = 0; i < 3; i++) yield* call
        yield* Tokens.revoke("dana", actor)
        expect((yield* call)?.revokedBy).toBe(actor)
        expect({ read, snapshots }).toEqual({ read: [5, 0, 0, 1], snapshots: 1 })
      })
    ))
})
