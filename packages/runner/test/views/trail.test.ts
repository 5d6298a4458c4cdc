import { Batches, SourcePolicy } from "@roundlot/core"
import { Id } from "@roundlot/core/adapter"
import { batches, fills, journal, type listing, orders, trades } from "@roundlot/queries"
import { describe, expect, it } from "@effect/vitest"
import { Effect, type Layer, Schema } from "effect"
import { databases } from "../cli/database.ts"
import * as scene from "./scene.ts"
import { isTried, storesOf } from "./stores.ts"

const stores = storesOf(databases().fresh)

const idsOf = (items: ReadonlyArray<{ readonly id: string }>) => items.map(({ id }) => id)

const Figures = Schema.Struct({ status: Schema.String, filled: Schema.String, notional: Schema.String })
const isChange = Schema.is(Schema.Struct({ id: Schema.Number, before: Figures, after: Figures }))
const said = ({ filled, notional, status }: typeof Figures.Type) => `${status} ${filled} ${notional}`

interface Page {
  readonly limit: number
  readonly cursor: string | undefined
}

/** A list page by page, one on each. */
const pagedIds = <E, R>(page: (part: Page) => Effect.Effect<listing.ListDocument<{ readonly id: string }>, E, R>) =>
  Effect.gen(function* () {
    const found: Array<string> = []
    let cursor: string | undefined
    do {
      const { items, nextCursor } = yield* page({ limit: 1, cursor })
      expect(items.length).toBeLessThanOrEqual(1)
      found.push(...idsOf(items))
      cursor = nextCursor ?? undefined
    } while (cursor !== undefined)
    return found.join(" ")
  })

const batchIds = (filters: batches.BatchFilters) => pagedIds((part) => batches.list({ ...filters, ...part }))
const orderIds = (filters: orders.OrderFilters) => pagedIds((part) => orders.list({ ...filters, ...part }))
const fillIds = (filters: fills.FillFilters) => pagedIds((part) => fills.list({ ...filters, ...part }))

describe.each((["memory", "SQLite", "Postgres"] as const).filter(isTried))(
  "what is shown of trades and orders on %s",
  (name) => {
    const itPlays = (title: string, check: Effect.Effect<void, unknown, Layer.Layer.Success<typeof scene.inMemory>>) =>
      it.effect(title, () => Effect.zipRight(scene.played, check).pipe(Effect.provide(scene.books(stores[name]))))

    itPlays(
      "ACC-9: from a trade to its orders and back, and every status with time and cause",
      Effect.gen(function* () {
        for (const { id } of (yield* trades.list({})).items) {
          const trade = yield* trades.show(id)
          expect(idsOf(trade.orders)).toEqual(trade.orderIds)
          for (const orderId of trade.orderIds) expect((yield* orders.show(orderId)).tradeIds).toContain(id)
        }
        const trade = yield* trades.show("T3")
        expect(trade.statuses).toStrictEqual([
          {
            status: "accumulated",
            at: scene.second(0),
            reason: null,
            reasonCode: null,
            cause: { kind: "trade", actor: "tape", command: null, reason: null }
          },
          {
            status: "completed",
            at: scene.second(2),
            reason: null,
            reasonCode: null,
            cause: { kind: "report", actor: "test", command: null, reason: null }
          }
        ])
        expect(
          trade.allocations.map(({ counterTradeId, id, kind, settled }) => [id, kind, counterTradeId, settled])
        ).toEqual([
          ["A3", "order", null, "0.2"],
          ["A4", "net", "T4", "0.1"]
        ])
        expect(idsOf(trade.fills)).toEqual(["F1", "F2", "F3"])
      })
    )

    itPlays(
      "ACC-9, AUD-3, AUD-5: a rejected order still names its trades, and what was sent and answered",
      Effect.gen(function* () {
        const order = yield* orders.show("O2")
        expect(order).toMatchObject({
          status: "rejected",
          code: "buying_power",
          reason: "not enough",
          tradeIds: ["T5"]
        })
        expect(order.allocations).toMatchObject([
          { tradeId: "T5", sourceId: "t-5", quantity: "1", releasedAt: scene.second(5) }
        ])
        expect(order.attempts).toMatchObject([
          {
            id: "S2",
            number: 1,
            outcome: "rejected",
            httpStatus: 200,
            status: "rejected",
            errorCode: "buying_power",
            errorMessage: "not enough",
            filledQuantity: "0",
            requestPayloadId: expect.stringMatching(/^P/),
            request: { contentType: "application/json", direction: "request", body: '{"order":2}' },
            response: { direction: "response", body: '{"answer":"Refused"}' }
          }
        ])
        const steps = ["OrderCreated", "AttemptStarted", "AttemptAnswered", "OrderChanged", "AllocationReleased"]
        expect(order.history.map(({ tag }) => tag).filter((tag) => steps.includes(tag))).toEqual(steps)
        expect(order.history[0]).toMatchObject({
          at: scene.second(4),
          tag: "OrderCreated",
          cause: { kind: "trade", actor: "tape", command: null, reason: null }
        })
      })
    )

    itPlays(
      "FILL-9: status and money of an order change in the commit of its fill or of a new price, with what they were before",
      Effect.gen(function* () {
        const { items } = yield* journal.list({ account: "main" })
        const changes = items.flatMap(({ body, commitId, tag }) =>
          tag === "OrderChanged" && isChange(body) && body.id === 1 ? [{ body, commitId }] : []
        )
        const last = changes.slice(-3)
        expect(last.map(({ body: { after, before } }) => [said(before), said(after)])).toEqual([
          ["submitted 0 0", "partially_filled 0.4 60"],
          ["partially_filled 0.4 60", "filled 1 150.18"],
          ["filled 1 150.18", "filled 1 150.12"]
        ])
        for (const { commitId } of last)
          expect(items.filter((each) => each.commitId === commitId).map(({ tag }) => tag)).toContain("FillRecorded")
        expect(yield* orders.show("O1")).toMatchObject({
          status: "filled",
          filledQuantity: "1",
          averagePrice: "150.12"
        })
      })
    )

    itPlays(
      "SYNC-11: orders and fills are narrowed by account, symbol and status, page by page; an order's fills say what counts",
      Effect.gen(function* () {
        yield* scene.playedInOther
        expect(
          yield* Effect.all({
            all: orderIds({}),
            account: orderIds({ account: "main" }),
            otherAccount: orderIds({ account: "OTHER" }),
            noAccount: orderIds({ account: "nobody" }),
            symbol: orderIds({ symbol: "aapl" }),
            otherSymbol: orderIds({ symbol: "MSFT" }),
            both: orderIds({ account: "other", symbol: "AAPL" }),
            neither: orderIds({ account: "main", symbol: "NVDA" }),
            status: orderIds({ query: { _tag: "Status", status: "filled" } }),
            ofAll: orderIds({ account: "other", symbol: "NVDA", query: { _tag: "Status", status: "filled" } }),
            ofNone: orderIds({ account: "other", symbol: "AAPL", query: { _tag: "Status", status: "filled" } })
          })
        ).toEqual({
          all: "O1 O2 O3 O4",
          account: "O1 O2",
          otherAccount: "O3 O4",
          noAccount: "",
          symbol: "O1 O3",
          otherSymbol: "O2",
          both: "O3",
          neither: "",
          status: "O1 O4",
          ofAll: "O4",
          ofNone: ""
        })
        expect(
          yield* Effect.all({
            all: fillIds({}),
            account: fillIds({ account: "Main" }),
            otherAccount: fillIds({ account: "other" }),
            symbol: fillIds({ symbol: "AAPL" }),
            otherSymbol: fillIds({ symbol: "nvda" }),
            both: fillIds({ account: "other", symbol: "AAPL" }),
            order: fillIds({ orderId: "O1" }),
            counting: fillIds({ orderId: "O1", canonical: true })
          })
        ).toEqual({
          all: "F1 F2 F3 F4 F5",
          account: "F1 F2 F3",
          otherAccount: "F4 F5",
          symbol: "F1 F2 F3 F4",
          otherSymbol: "F5",
          both: "F4",
          order: "F1 F2 F3",
          counting: "F1 F3"
        })
        const { fills: own } = yield* orders.show("O1")
        expect(own).toEqual((yield* fills.list({ orderId: "O1" })).items)
        expect(
          own.map(({ canonical, execId, execIdBase, orderId, replacedBy, revision }) => [
            orderId,
            execId,
            execIdBase,
            revision,
            canonical,
            replacedBy
          ])
        ).toEqual([
          ["O1", "x1.0", "x1", 0, true, null],
          ["O1", "x2.0", "x2", 0, false, 1],
          ["O1", "x2.1", "x2", 1, true, null]
        ])
        expect(yield* fills.show("F4")).toMatchObject({
          account: "other",
          orderId: "O3",
          execId: "x1.0",
          canonical: true
        })
      })
    )

    itPlays(
      "SYNC-5, SYNC-11: orders and fills are narrowed by what their executions say in the broker's words",
      Effect.gen(function* () {
        const facts = { orderId: "7", clientId: "1", secType: "STK", exchange: "ARCA", currency: "USD" }
        yield* scene.fills(1, { exec: "x3", quantity: "0.1", price: "150", facts: { ...facts, permId: "900" } })
        const { orderId: orderNumber, ...others } = facts
        const words = { orderNumber, ...others }
        for (const [name, word] of Object.entries(words)) {
          expect(idsOf((yield* orders.list({ [name]: word })).items)).toEqual(["O1"])
          expect(idsOf((yield* orders.list({ [name]: "other" })).items)).toEqual([])
          expect(idsOf((yield* fills.list({ [name]: word })).items)).toEqual(["F4"])
          expect(idsOf((yield* fills.list({ [name]: "other" })).items)).toEqual([])
        }
        expect(idsOf((yield* fills.list({ permId: "900" })).items)).toEqual(["F4"])
        expect((yield* orders.list({ exchange: "ARCA" })).items).toMatchObject([words])
      })
    )

    itPlays(
      "BAT-9: batches are sorted by date, status and size, and filtered, page by page",
      Effect.gen(function* () {
        const service = yield* Batches.Batches
        const sizes = [3, 1, 2, 1]
        for (const [at, size] of sizes.entries()) {
          yield* scene.at(10 + at)
          const actor = at === 2 ? "erin" : "test"
          const terms = { account: scene.main, actor, mode: "accumulate", priority: 0 } as const
          const batch = yield* service.create({ ...terms, uid: `u-${at}`, name: `batch ${at}` })
          const rows = Array.from({ length: size }, (_, line) => ({
            line: line + 1,
            input: { ...scene.input(`b-${at}-${line}`, "buy", "0.1"), kind: "accumulate" as const }
          }))
          yield* service.add(batch, rows, SourcePolicy.anyAge)
          yield* service.queue(batch.id, { actor: "test" })
        }
        // What happened to one later is no matter of the date: it is that of its making.
        yield* scene.at(20)
        yield* service.cancel(Id.BatchId.make(3), "no", "dana")
        expect(
          yield* Effect.all({
            size: batchIds({ sort: "size" }),
            sizeBackwards: batchIds({ sort: "size", order: "newest" }),
            status: batchIds({ sort: "status" }),
            statusBackwards: batchIds({ sort: "status", order: "newest" }),
            date: batchIds({ sort: "date" }),
            dateBackwards: batchIds({ sort: "date", order: "newest" }),
            cancelled: batchIds({ status: "cancelled" }),
            pending: batchIds({ status: "pending" }),
            running: batchIds({ status: "running" }),
            between: batchIds({ since: scene.second(11), until: scene.second(13) }),
            since: batchIds({ since: scene.second(12) }),
            until: batchIds({ until: scene.second(12) }),
            // Erin submitted the third; that dana cancelled it makes it none of hers.
            erins: batchIds({ actor: "erin", since: scene.second(0) }),
            danas: batchIds({ actor: "dana", since: scene.second(0) }),
            tests: batchIds({ actor: "test", since: scene.second(11), q: "batch" }),
            all: batchIds({ status: "pending", since: scene.second(11), sort: "size", order: "newest" })
          })
        ).toEqual({
          size: "G2 G4 G3 G1",
          sizeBackwards: "G1 G3 G4 G2",
          status: "G3 G1 G2 G4",
          statusBackwards: "G4 G2 G1 G3",
          date: "G1 G2 G3 G4",
          dateBackwards: "G4 G3 G2 G1",
          cancelled: "G3",
          pending: "G1 G2 G4",
          running: "",
          between: "G2 G3",
          since: "G3 G4",
          until: "G1 G2",
          erins: "G3",
          danas: "",
          tests: "G2 G4",
          all: "G4 G2"
        })
        expect(yield* Effect.flip(batches.list({ actor: "erin" }))).toMatchObject({
          _tag: "BadFilter",
          filter: "actor"
        })
      })
    )
  }
)
