import * as HttpApi from "@effect/platform/HttpApi"
import { Api } from "@roundlot/api"
import { Account, AccountName, Commands } from "@roundlot/core"
import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Option, Schema, SchemaAST } from "effect"
import * as scene from "../views/scene.ts"
import { filled } from "./calls.ts"
import { ask, books, json, serving } from "./serving.ts"

interface Read {
  readonly name: string
  readonly path: string
  readonly isOfMoments: boolean
}

const knows = (ast: SchemaAST.AST, parameter: string): boolean => {
  const encoded = SchemaAST.encodedAST(ast)
  return SchemaAST.isTypeLiteral(encoded) && encoded.propertySignatures.some(({ name }) => name === parameter)
}

const readsOf = (): ReadonlyArray<Read> => {
  const reads: Array<Read> = []
  HttpApi.reflect(Api.RoundlotApi, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint: { method, name, path, urlParamsSchema }, group }) => {
      if (method !== "GET") return
      reads.push({
        name: `${group.identifier}.${name}`,
        path: path.replaceAll(/:(\w+)/g, "{$1}"),
        isOfMoments: Option.isSome(urlParamsSchema) && knows(urlParamsSchema.value.ast, "asOf")
      })
    }
  })
  return reads
}

/** Every read of the definition. */
const reads = readsOf()

/** Reads that know no earlier moment: "Not built yet" of the rules names them. */
const refusing = [
  "batches.templates",
  "controls.anchors",
  "controls.approvals",
  "controls.showApproval",
  "health.health",
  "jobs.list",
  "jobs.show",
  "jobs.webhooks",
  "journal.show",
  "journal.why",
  "live.events",
  "live.socket",
  "metrics.metrics",
  "overview.connections",
  "payloads.show",
  "positions.residuals",
  "ready.ready",
  "reconciliation.list",
  "reconciliation.runs",
  "session.caller",
  "store.backups",
  "tokens.list",
  "tokens.sessions",
  "trades.sources"
]

/** What a read needs beside the ids of its path. */
const parametersOf: Readonly<Record<string, string>> = {
  "overview.resolve": "q=O1&",
  "positions.preview": "side=buy&quantity=1&"
}

/** Of documents of now: the time of the question, the parts of the program, and what only it has read. */
const OF_NOW = ["at", "market", "failing", "status", "accounts", "timeLeft", "rate"]

const without = (document: unknown, names: ReadonlyArray<string>) =>
  Object.fromEntries(Object.entries(Object(document)).filter(([name]) => !names.includes(name)))

const Head = Schema.Struct({ position: Schema.Int })

const newest = (port: number) =>
  Effect.flatMap(ask(port, "/api/v1/journal/head"), (answer) =>
    Effect.map(Schema.decodeUnknown(Head)(json(answer)), ({ position }) => position)
  )

/** The ids of the scene. */
const made = new Map([
  ["trades", "T1"],
  ["confirmations", "T1"],
  ["orders", "O1"],
  ["positions", "AAPL"],
  ["fills", "F1"],
  ["attempts", "S1"],
  ["accounts", "main"],
  ["decisions", "D1"],
  ["breaks", "B1"],
  ["batches", "G1"],
  ["cases", "B1"]
])

/** Reads that answer with a file, which has no place for its moment. */
const FILES: ReadonlySet<string> = new Set(["batches.export", "overview.profitExport", "overview.trail"])

const posted = (port: number, path: string, body: object) =>
  Effect.map(ask(port, path, { method: "POST", body }), ({ status, text }) => assert.strictEqual(status, 200, text))

/** Beside the scene: a decision, a batch, a halted symbol, a break, and a fill and a commission that wait. */
const played = (port: number) =>
  Effect.gen(function* () {
    const decision = { symbol: "MSFT", side: "buy", quantity: "1", waitSeconds: 0 }
    yield* posted(port, "/api/v1/decisions", decision)
    const rows = [
      { symbol: "AAPL", side: "buy", quantity: "1" },
      { symbol: "AAPL", side: "buy", quantity: "none" }
    ]
    yield* posted(port, "/api/v1/batches", { name: "Friday", mode: "execute", rows })
    yield* posted(port, "/api/v1/controls/halt", { account: "main", symbol: "KO", reason: "news of today" })
    yield* scene.opens({ symbol: "MSFT", kind: "TermsDiffer", subject: "O2" })
    yield* scene.settles
    yield* scene.fills(9, { exec: "x9", quantity: "1", price: "150" })
    yield* scene.costs("x10.0", "0.35")
  })

describe("reads of an earlier moment", () => {
  it("every read of the definition takes asOf, but those that are named", () => {
    assert.deepStrictEqual(reads.flatMap(({ isOfMoments, name }) => (isOfMoments ? [] : [name])).toSorted(), refusing)
  })

  it.scopedLive(
    "whatever takes asOf shows at the newest position what it shows now, and says of which moment that is",
    () =>
      Effect.gen(function* () {
        const port = yield* Effect.zipRight(scene.played, serving)
        yield* played(port)
        const position = yield* newest(port)
        for (const { isOfMoments, name, path } of reads) {
          if (!isOfMoments) continue
          const question = `${filled(path, made)}?${parametersOf[name] ?? ""}`
          const now = yield* ask(port, question)
          assert.strictEqual(now.status, 200, `${name}: ${now.text}`)
          assert.notInclude(now.text, '"items":[]', name)
          const then = yield* ask(port, `${question}asOf=${position}`)
          if (FILES.has(name)) {
            assert.deepStrictEqual([then.status, then.text], [200, now.text], name)
            continue
          }
          const document = Schema.decodeUnknownSync(Schema.Record({ key: Schema.String, value: Schema.Unknown }))(
            json(then)
          )
          const { asOf, ...rest } = document
          expect(asOf, `${name}: ${then.text.slice(0, 200)}`).toMatchObject({ position })
          const ofNow = name.startsWith("overview.") || name === "batches.progress" ? OF_NOW : []
          assert.deepStrictEqual(without(rest, ofNow), without(json(now), ofNow), name)
        }
      }).pipe(Effect.provide(books))
  )

  it.scopedLive("before the first commit there is nothing yet, whatever takes asOf", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      yield* played(port)
      for (const { isOfMoments, name, path } of reads) {
        if (!isOfMoments || name === "overview.trail" || name === "overview.profitExport") continue
        const then = yield* ask(port, `${filled(path, made)}?${parametersOf[name] ?? ""}asOf=2001-01-01`)
        if (name === "journal.head") expect(json(then)).toMatchObject({ position: 0, heads: {} })
        else if (name === "overview.overview")
          expect(json(then)).toMatchObject({ position: 0, accounts: [], positions: [] })
        else if (name === "overview.today")
          expect(json(then)).toMatchObject({ date: "2000-12-31", trades: { rows: 0 } })
        else if (name.endsWith(".totals")) expect(json(then)).toMatchObject({ count: { kind: "exactly", rows: 0 } })
        else
          assert.isTrue(then.status === 404 || then.text.includes('"items":[]'), `${name}: ${then.text.slice(0, 200)}`)
      }
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("what does not know asOf refuses it by name", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      for (const { isOfMoments, name, path } of reads) {
        if (isOfMoments) continue
        const answer = yield* ask(port, `${filled(path, made)}?asOf=1`)
        expect([name, json(answer)]).toMatchObject([
          name,
          { status: 400, field: "asOf", detail: expect.stringContaining("asOf is not known by this route") }
        ])
      }
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("the journal as of a position is its entries up to there, of all accounts", () =>
    Effect.gen(function* () {
      const commands = yield* Commands.Commands
      const other = AccountName.AccountName.make("other")
      yield* commands.setAccount(other, Account.defaultSettings, "test")
      const port = yield* Effect.zipRight(scene.played, serving)
      const Entries = Schema.Struct({ items: Schema.Array(Schema.Struct({ account: Schema.String, seq: Schema.Int })) })
      const entries = (query: string) =>
        Effect.flatMap(ask(port, `/api/v1/journal?limit=1000&${query}`), (answer) =>
          Effect.map(Schema.decodeUnknown(Entries)(json(answer)), ({ items }) => items)
        )
      const all = yield* entries("")
      const last = yield* newest(port)
      let before = 0
      for (let position = 1; position <= last; position++) {
        const known = yield* entries(`asOf=${position}`)
        assert.isAbove(known.length, before)
        assert.deepStrictEqual(known, all.slice(0, known.length))
        assert.deepStrictEqual(yield* entries(`asOf=${position}&order=newest`), known.toReversed())
        const own = yield* entries(`asOf=${position}&account=main`)
        assert.deepStrictEqual(
          own,
          known.filter(({ account }) => account === "main")
        )
        before = known.length
      }
      assert.strictEqual(before, all.length)
      const counted = yield* ask(port, "/api/v1/journal?asOf=1&count=true&limit=1")
      expect(json(counted)).toMatchObject({ count: { kind: "exactly", rows: (yield* entries("asOf=1")).length } })
      expect(json(yield* ask(port, `/api/v1/journal?asOf=${last + 1}`))).toMatchObject({ status: 400, field: "asOf" })
      expect(json(yield* ask(port, "/api/v1/accounts?asOf=3"))).toMatchObject({
        items: [{ name: "main" }, { name: "other" }]
      })
      expect(json(yield* ask(port, "/api/v1/accounts?asOf=3&account=none"))).toMatchObject({
        status: 400,
        field: "account"
      })
      expect(json(yield* ask(port, "/api/v1/accounts?asOf=3&account=other"))).toMatchObject({
        items: [{ name: "other" }]
      })
    }).pipe(Effect.provide(books))
  )
})
