import { AccountName, Account, Audit, Commands } from "@roundlot/core"
import { Entry, TradeRepository } from "@roundlot/core/adapter"
import { Payload } from "@roundlot/core/ledger"
import { journal, type listing } from "@roundlot/queries"
import { expect, it } from "@effect/vitest"
import { Chunk, Effect, Schema, Stream } from "effect"
import * as scene from "./scene.ts"

const other = AccountName.AccountName.make("other")

/** Commits of two accounts and of the store, in turns. */
const played = Effect.gen(function* () {
  const service = yield* Commands.Commands
  yield* service.setAccount(other, Account.defaultSettings, "test")
  yield* scene.played
  yield* service.setAccount(other, { ...Account.defaultSettings, cancelOnFlip: true }, "test")
  const halt = { id: "h1", account: other, actor: "ann", reason: "lunch" }
  yield* service.perform({ ...halt, command: { _tag: "Halt", scope: { _tag: "Everything" } } })
})

const exported = (account?: string) =>
  Effect.map(Stream.runCollect(journal.exportLines(account)), (lines) => Chunk.toReadonlyArray(lines))

const Line = Schema.parseJson(
  Schema.Struct({ account: Schema.String, seq: Schema.Int, at: Schema.Int, tag: Schema.String })
)
const lineOf = Schema.decodeUnknownSync(Line)

it.effect("the export proves itself: each account's hashes chain over its lines, in feed order", () =>
  Effect.gen(function* () {
    yield* played
    const lines = yield* exported()
    const heads = new Map<string, Entry.Head>()
    for (const line of lines) {
      expect(line.endsWith("}\n")).toBe(true)
      const { account, seq } = lineOf(line)
      const before = heads.get(account) ?? Entry.emptyHead
      expect(seq).toBe(before.seq + 1)
      heads.set(account, { seq, hash: Payload.sha256(before.hash + line.trimEnd()) })
    }
    const { heads: shown, position } = yield* journal.head
    expect(shown).toEqual(Object.fromEntries(heads))
    expect(Object.keys(shown)).toEqual(["_store", "main", "other"])
    const turns = lines.map((line) => lineOf(line).account).filter((name, at, all) => name !== all[at - 1])
    expect(turns.slice(0, 4)).toEqual(["other", "_store", "main", "_store"])
    expect(position).toBeGreaterThan(4)
    const own = yield* exported("other")
    expect(own).toEqual(lines.filter((line) => lineOf(line).account === "other"))
  }).pipe(Effect.provide(scene.inMemory))
)

it.effect("the head is the feed's newest row, whatever its length, and an anchor for the audit", () =>
  Effect.gen(function* () {
    expect(yield* journal.head).toEqual({ position: 0, hash: "", heads: {} })
    yield* scene.open()
    const repository = yield* TradeRepository.TradeRepository
    for (let number = 0; number < 40; number++) {
      yield* scene.trade(`t-${number}`, "buy", "0.01")
      const rows = yield* repository.feed(0, 1000)
      const { hash, position } = yield* journal.head
      expect({ position, hash }).toEqual({ position: rows.length, hash: rows.at(-1)?.feedHash })
      if (number % 10 === 0) expect((yield* Audit.run([{ position, hash }])).ok).toBe(true)
    }
  }).pipe(Effect.provide(scene.inMemory))
)

const seqs = (options: journal.JournalFilters) =>
  Effect.map(journal.list(options), ({ items }) => items.map(({ account, seq }) => `${account}/${seq}`))

const paged = (filters: journal.JournalFilters) =>
  Effect.gen(function* () {
    const items: Array<string> = []
    let cursor: listing.ListOptions["cursor"]
    do {
      const page = yield* journal.list({ ...filters, cursor })
      items.push(...page.items.map(({ account, seq }) => `${account}/${seq}`))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    return items
  })

it.effect("lists are whole in pages of any size, from either end: all journals, one, or what is about one record", () =>
  Effect.gen(function* () {
    yield* played
    const lines = yield* exported()
    const all = yield* seqs({ limit: 0 })
    expect(all).toEqual(lines.map((line) => lineOf(line)).map(({ account, seq }) => `${account}/${seq}`))
    for (const filters of [
      {},
      { account: "MAIN" },
      { entity: "O1" },
      { entity: "position/AAPL" },
      { tag: "evaluated" }
    ]) {
      const whole = yield* seqs({ ...filters, limit: 0 })
      expect(whole.length).toBeGreaterThan(1)
      const turned = yield* seqs({ ...filters, limit: 0, order: "newest" })
      expect(turned).toEqual(whole.toReversed())
      for (const limit of [1, 3, 1000]) {
        expect(yield* paged({ ...filters, limit })).toEqual(whole)
        expect(yield* paged({ ...filters, limit, order: "newest" })).toEqual(turned)
      }
    }
  }).pipe(Effect.provide(scene.inMemory))
)

const tagOf = <A, E extends { readonly _tag: string }, R>(view: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(view), ({ _tag }) => _tag)

it.effect("an entry is shown with its cause and event", () =>
  Effect.gen(function* () {
    yield* played
    const [accepted] = (yield* journal.list({ entity: "t1" })).items
    expect(accepted).toMatchObject({
      account: "main",
      at: scene.second(0),
      entity: { kind: "trade", id: "T1" },
      tag: "TradeAccepted",
      eventVersion: 1,
      cause: { kind: "trade", actor: "tape", command: null, reason: null },
      body: { sourceId: "t-1", quantity: "0.3" }
    })
    const id = `main/${accepted?.seq ?? 0}`
    expect(yield* journal.show(id)).toStrictEqual(accepted)
    const [all, own, nobodys] = yield* Effect.all(
      [{}, { actor: accepted?.cause.actor }, { actor: "nobody" }].map((asked) =>
        journal.list({ ...asked, limit: 0, count: true })
      )
    )
    const isOwn = ({ cause }: journal.EntryDocument) => cause.actor === accepted?.cause.actor
    expect(own?.items).toStrictEqual(all?.items.filter(isOwn))
    expect([own?.count?.rows, nobodys?.count?.rows]).toEqual([own?.items.length, 0])
    expect(own?.items.length).toBeLessThan(all?.items.length ?? 0)
    const halted = (yield* journal.list({ account: "_store", tag: "TradingStateSet" })).items
    expect(halted).toMatchObject([{ tag: "TradingStateSet", cause: { kind: "command", actor: "ann", command: "h1" } }])
    const told = yield* Effect.all([
      tagOf(journal.show("main")),
      tagOf(journal.show("main/999")),
      tagOf(journal.list({ entity: "AAPL" })),
      tagOf(journal.list({ cursor: "x" }))
    ])
    expect(told).toEqual(["BadFilter", "NotFound", "BadFilter", "BadCursor"])
  }).pipe(Effect.provide(scene.inMemory))
)
