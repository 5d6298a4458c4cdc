import { Exchange } from "@roundlot/broker-paper"
import { Commands, Decisions, Fill, Order, Price, Quantity, Reads, Ticker } from "@roundlot/core"
import { Id, TradeRepository } from "@roundlot/core/adapter"
import { Payload, Why } from "@roundlot/core/ledger"
import { journal, payloads, why } from "@roundlot/queries"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as engine from "../engine/Engine.ts"
import * as scene from "./scene.ts"

const layer = Layer.provideMerge(Decisions.layer, engine.layer)

const fills = Reads.all(Fill.FillTable)

const statusOf = (id: number) =>
  Effect.map(Reads.first(Order.OrderTable, { where: [{ column: "id", in: [id] }] }), (order) => order?.status)

const trade = (sourceId: string, quantity: string) => ({ ...engine.trade("buy", quantity), sourceId })

/** 0.3 + 0.5 + 0.4 make O1, filled and corrected by the exchange; a decision of 2 makes O2, which ann cancels. */
const played = Effect.gen(function* () {
  yield* engine.started
  yield* engine.submit(trade("t-1", "0.3"), trade("t-2", "0.5"), trade("t-3", "0.4"))
  yield* engine.until(fills, (all) => all.length === 1)
  const [execution] = yield* Effect.flatMap(Exchange.Exchange, (exchange) => exchange.fills)
  yield* engine.instruct("c", { correct: { execId: String(execution?.execId), price: "149" } })
  yield* engine.until(fills, (all) => all.length === 2)
  const decisions = yield* Decisions.Decisions
  const decision = yield* decisions.decide(engine.account, {
    strategy: "canary",
    symbol: Ticker.Ticker.make("AAPL"),
    side: "buy",
    quantity: Quantity.unsafe("2"),
    orderType: "limit",
    limitPrice: Price.unsafe("140")
  })
  yield* decisions.execute(decision.id)
  yield* engine.until(statusOf(2), (status) => status === "submitted")
  const commands = yield* Commands.Commands
  const command = { id: "c-17", account: engine.account, actor: "ann", reason: "wrong price" }
  yield* commands.perform({ ...command, command: { _tag: "Cancel", orderId: Id.OrderId.make(2) } })
  yield* engine.until(statusOf(2), (status) => status === "cancelled")
})

/** The tree of a record, without what an exchange makes of chance in its ids. */
const treeOf = (of: string) =>
  Effect.map(why.show(of), (document) =>
    why
      .tree(document)
      .replaceAll(/P(X?)[0-9a-z]{7}-/g, "P$1-")
      .split("\n")
  )

/** From the price on screen to the bytes of the correction and of the order, and to the trades. */
const ofFill = [
  "fill F2: execId PX-1.02, revision 2, quantity 1, price 149 [paper/32 FillRecorded]",
  "├─ payload P6: direction report, source paper, bytes kept [paper/31 PayloadStored] (bytes on the wire)",
  "├─ order O1: symbol AAPL, side buy, quantity 1, type market, timeInForce day, session regular, origin accumulation [paper/10 OrderCreated]",
  "│  ├─ InstrumentConfirmed: symbol AAPL, currency USD [paper/9] (stated by its actor, no other cause)",
  "│  ├─ allocation A1: quantity 0.3 [paper/12 LotAllocated]",
  "│  │  └─ trade T1: source test, sourceId t-1, symbol AAPL, side buy, quantity 0.3, price 150 [paper/3 TradeAccepted]",
  "│  │     └─ source test: sourceId t-1, occurrence 0",
  "│  ├─ allocation A2: quantity 0.5 [paper/13 LotAllocated]",
  "│  │  └─ trade T2: source test, sourceId t-2, symbol AAPL, side buy, quantity 0.5, price 150 [paper/4 TradeAccepted]",
  "│  │     └─ source test: sourceId t-2, occurrence 0",
  "│  ├─ allocation A3: quantity 0.2 [paper/14 LotAllocated]",
  "│  │  └─ trade T3: source test, sourceId t-3, symbol AAPL, side buy, quantity 0.4, price 150 [paper/5 TradeAccepted]",
  "│  │     └─ source test: sourceId t-3, occurrence 0",
  "│  ├─ price inbound: price 150, at 1970-01-01T00:00:00.001000Z",
  "│  ├─ attempt S1: number 1 [paper/16 AttemptStarted]",
  "│  │  ├─ payload P1: direction request, source paper, method place, endpoint orders, bytes kept [paper/15 PayloadStored] (bytes on the wire)",
  "│  │  └─ actor roundlot: as send",
  "│  └─ actor paper: as report",
  "├─ fill F1: execId PX-1.01, revision 1, quantity 1, price 150 [paper/23 FillRecorded]",
  "│  ├─ payload P4: direction report, source paper, bytes kept [paper/22 PayloadStored] (bytes on the wire)",
  "│  └─ order O1: symbol AAPL, side buy, quantity 1, type market, timeInForce day, session regular, origin accumulation [paper/10 OrderCreated] (above)",
  "└─ actor roundlot: as report"
]

/** From an order to who ended it, and to the decision that it executed. */
const ofOrder = [
  "order O2: symbol AAPL, side buy, quantity 2, type limit, limitPrice 140, timeInForce day, session regular, origin direct [paper/37 OrderCreated]",
  "├─ OrderChanged: quantity 2, brokerOrderId P-2, reason cancelled by the broker, status cancelled, filled 0 [paper/49]",
  "│  ├─ payload P11: direction report, source paper, bytes kept [paper/50 PayloadStored] (bytes on the wire)",
  "│  ├─ CancelRequested: why wrong price [paper/44]",
  "│  │  └─ command c-17: reason wrong price",
  "│  │     └─ actor ann: as command",
  "│  └─ actor roundlot: as report",
  "├─ decision D1: strategy canary, symbol AAPL, side buy, quantity 2, orderType limit, limitPrice 140, timeInForce day, session regular [paper/36 DecisionMade] (stated by its actor, no other cause)",
  "│  └─ actor canary: as command",
  "├─ price inbound: price 150, at 1970-01-01T00:00:00.001000Z",
  "├─ attempt S2: number 1 [paper/40 AttemptStarted]",
  "│  ├─ payload P8: direction request, source paper, method place, endpoint orders, bytes kept [paper/39 PayloadStored] (bytes on the wire)",
  "│  └─ actor roundlot: as send",
  "└─ actor canary: as send"
]

/** The books, with one kind of entry rewritten as it is read. */
const rewritten = (tag: string, from: string, to: string) =>
  Effect.map(TradeRepository.TradeRepository, (repository) => ({
    ...repository,
    entries: (query: TradeRepository.EntryQuery) =>
      Effect.map(repository.entries(query), (entries) =>
        entries.map((entry) => (entry.tag === tag ? { ...entry, body: entry.body.replace(from, to) } : entry))
      )
  }))

const nodesOf = (node: why.WhyDocument): ReadonlyArray<why.WhyDocument> => [node, ...node.causes.flatMap(nodesOf)]

/** How large the tree of F2 is within bounds. */
const sizeOf = (bounds: Partial<Why.Bounds>) =>
  Effect.map(Why.ofRecord("fill", 2, { ...Why.usual, ...bounds }), (node) => ({
    causes: node?.causes.map(({ causes, id, leftOut }) => `${id} ${causes.length}+${leftOut}`),
    leftOut: node?.leftOut
  }))

/** How a question is refused. */
const refusalOf = (of: string) => Effect.map(Effect.flip(why.show(of)), ({ message }) => message)

describe("why", () => {
  it.scoped("a price leads to bytes, orders and trades, an ended order to the person and the decision", () =>
    Effect.gen(function* () {
      yield* played
      assert.deepStrictEqual(yield* treeOf("F2"), ofFill)
      assert.deepStrictEqual(yield* treeOf("O2"), ofOrder)
    }).pipe(Effect.provide(layer))
  )

  it.scoped("a wrong reference of one entry is another tree", () =>
    Effect.gen(function* () {
      yield* played
      const twin = yield* rewritten("FillRecorded", '"payloadId":6', '"payloadId":1')
      const wrong = yield* Effect.provideService(treeOf("F2"), TradeRepository.TradeRepository, twin)
      assert.notDeepEqual(wrong, ofFill)
      assert.include(wrong[1], "payload P1: direction request")
    }).pipe(Effect.provide(layer))
  )

  it.scoped("the bytes of every payload in a tree can be read, and have the hash that the journal says", () =>
    Effect.gen(function* () {
      yield* played
      const nodes = (yield* Effect.forEach(["F2", "O2", "D1"], why.show)).flatMap(nodesOf)
      const named = new Map(nodes.filter(({ kind }) => kind === "payload").map((node) => [node.id, node]))
      assert.deepStrictEqual([...named.keys()].toSorted(), ["P1", "P11", "P4", "P6", "P8"])
      for (const { facts, id, path } of named.values()) {
        assert.strictEqual(path, `/api/v1/payloads/${id}`)
        const { body } = yield* payloads.show(id)
        assert.strictEqual(Payload.sha256(body ?? ""), facts["sha256"])
      }
    }).pipe(Effect.provide(layer))
  )

  it.scoped("an entry leads to the same causes as the record that it made, and each has its place in the API", () =>
    Effect.gen(function* () {
      yield* played
      const record = yield* why.show("F2")
      const { account, seq } = record.entry ?? { account: "", seq: 0 }
      assert.deepStrictEqual(yield* why.show(`${account}/${seq}`), record)
      assert.deepInclude(yield* why.show("paper/34"), { kind: "entry", path: "/api/v1/accounts/paper/entries/34" })
    }).pipe(Effect.provide(layer))
  )

  it.effect("of every entry the causes came before it, or in its commit, and lead to a source, bytes or an actor", () =>
    Effect.gen(function* () {
      yield* scene.played
      yield* scene.playedInOther
      const { items } = yield* journal.list({ limit: 0 })
      const commitOf = new Map(items.map(({ account, commitId, seq }) => [`${account}/${seq}`, commitId]))
      assert.isAbove(items.length, 70)
      for (const { account, commitId, seq } of items) {
        const tree = yield* why.show(`${account}/${seq}`)
        const below = nodesOf(tree).flatMap(({ entry }) => (entry === null ? [] : [entry]))
        const late = below.filter((entry) => entry.seq > seq && commitOf.get(`${account}/${entry.seq}`) !== commitId)
        assert.deepStrictEqual(late, [], `${account}/${seq} ${tree.entry?.tag}`)
        const ends = nodesOf(tree).filter(({ causes }) => causes.length === 0)
        assert.isTrue(
          ends.some(({ kind }) => kind === "actor" || kind === "source" || kind === "payload"),
          tree.id
        )
        assert.isTrue(
          below.every((entry) => entry.account === account),
          tree.id
        )
      }
    }).pipe(Effect.provide(scene.inMemory))
  )

  it.scoped("a tree is no deeper, wider and larger than it may be, and says how much it leaves out", () =>
    Effect.gen(function* () {
      yield* played
      assert.deepStrictEqual(yield* sizeOf({ depth: 1 }), {
        causes: ["P6 0+0", "O1 0+7", "F1 0+2", "roundlot 0+0"],
        leftOut: 0
      })
      assert.deepStrictEqual(yield* sizeOf({ width: 2 }), { causes: ["P6 0+0", "O1 2+5"], leftOut: 2 })
      assert.deepStrictEqual(yield* sizeOf({ nodes: 3 }), { causes: ["P6 0+0", "O1 0+7"], leftOut: 2 })
    }).pipe(Effect.provide(layer))
  )

  it.scoped("what is read does not grow with the books: a few entries by an index each, and no feed", () =>
    Effect.gen(function* () {
      yield* played
      const repository = yield* TradeRepository.TradeRepository
      const asked: Array<TradeRepository.EntryQuery> = []
      const counting = {
        ...repository,
        entries: (query: TradeRepository.EntryQuery) => {
          asked.push(query)
          return repository.entries(query)
        },
        feed: () => Effect.dieMessage("the feed is read"),
        heads: Effect.dieMessage("the heads are read")
      }
      const readsOf = Effect.gen(function* () {
        asked.length = 0
        yield* Effect.provideService(why.show("F2"), TradeRepository.TradeRepository, counting)
        return asked.map(({ afterSeq, limit }) => ({ afterSeq, limit }))
      })
      const before = yield* readsOf
      yield* engine.submit(...Array.from({ length: 400 }, (_, n) => trade(`more-${n}`, "0.001")))
      assert.deepStrictEqual(yield* readsOf, before)
      assert.isBelow(before.length, 40)
      assert.isTrue(asked.every(({ entity, limit }) => entity !== undefined || limit <= 201))
    }).pipe(Effect.provide(layer))
  )

  it.scoped("what is no id and what is not there is refused by name", () =>
    Effect.gen(function* () {
      yield* engine.opened({})
      assert.include(yield* refusalOf("AAPL"), "is neither an entry, such as paper/12, nor the id of a record")
      assert.include(yield* refusalOf("F9"), "fill F9 does not exist")
      assert.include(yield* refusalOf("paper/999"), "entry paper/999 does not exist")
    }).pipe(Effect.provide(layer))
  )
})
