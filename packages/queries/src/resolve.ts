import type { Documents } from "@roundlot/api"
import { Account, Decision, Fill, Order, Position, Reads, Trade } from "@roundlot/core"
import { Id, type Table, type TradeRepository } from "@roundlot/core/adapter"
import { Allocation, Attempt, Batch, Break, Lot } from "@roundlot/core/ledger"
import { Chunk, Effect, Stream } from "effect"
import { exactly, inAnyCase, isClientOrderId, type Conditions } from "./criteria.ts"
import * as journals from "./journals.ts"

type Found = Documents.ResolvedDocument

const MOST = 20

interface Numbered {
  readonly id: number
}

/** Records of one table that have an id of ours. */
const numbered = <R extends Numbered>(
  table: Table.Table<R>,
  kind: Id.Kind,
  collection: string,
  where: Conditions,
  accountOf: (record: R) => string | null
): Effect.Effect<ReadonlyArray<Found>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.map(Reads.page(table, { where, limit: MOST }), ({ items }) =>
    items.map((record) => {
      const id = Id.format(kind, record.id)
      return { kind, id, account: accountOf(record), path: `/api/v1/${collection}/${id}` }
    })
  )

const ofId = (kind: Id.Kind, text: string): Conditions | undefined => {
  const id = text.slice(0, 1).toUpperCase() === Id.letters[kind] ? Id.parse(kind, text) : undefined
  return id === undefined ? undefined : [{ column: "id", in: [id] }]
}

const accountOf = ({ account }: { readonly account: string }): string => account

const none: Effect.Effect<ReadonlyArray<Found>> = Effect.succeed([])

const notDeleted: Conditions = [{ column: "hiddenAt", in: [null] }]

/** Whose lot or allocation it is: a trade's, or an order's where no trade has it. */
interface Owned {
  readonly tradeId?: number | undefined
  readonly orderId?: number | undefined
}

const ownerOf = ({ orderId, tradeId }: Owned) =>
  tradeId !== undefined
    ? numbered(Trade.TradeTable, "trade", "trades", [{ column: "id", in: [tradeId] }], accountOf)
    : orderId === undefined
      ? none
      : numbered(Order.OrderTable, "order", "orders", [{ column: "id", in: [orderId] }], accountOf)

/** The record that has a part of this id, where there is such a part. */
const byPart = <R extends Owned>(table: Table.Table<R>, where: Conditions | undefined) =>
  where === undefined
    ? none
    : Effect.flatMap(Reads.first(table, { where }), (part) => (part === undefined ? none : ownerOf(part)))

/** Where bytes that were sent, answered or reported are on record. */
const byPayload = (text: string) => {
  const [own] = ofId("payload", text) ?? []
  if (own === undefined) return none
  const entity = { kind: "payload", id: text.toUpperCase() }
  const about = journals.entries({ account: undefined, entity, order: "oldest", from: undefined })
  return Effect.map(Stream.runCollect(Stream.take(about, 1)), (entries) =>
    Chunk.toReadonlyArray(entries).map(({ account, seq }): Found => ({
      kind: "entry",
      id: `${account}/${seq}`,
      account,
      path: `/api/v1/accounts/${account}/entries/${seq}`
    }))
  )
}

/** `G3:1204`, `G3 row 1,204`: a row of a batch, by its line in the file. */
const ROW = /^(G\d+)(?:[:/# ]| row )([\d,]+)$/i

/** The trade of a row of a batch; one that is no trade is told of by its batch. */
const byRow = (text: string) => {
  const [, batch = "", digits = ""] = ROW.exec(text) ?? []
  const [own] = ofId("batch", batch) ?? []
  const line = Number(digits.replaceAll(",", ""))
  if (own === undefined || !Number.isSafeInteger(line)) return none
  const where: Conditions = [
    { ...own, column: "batchId" },
    { column: "batchLine", in: [line] }
  ]
  return Effect.flatMap(Reads.first(Trade.TradeTable, { where }), (trade) =>
    trade === undefined
      ? numbered(Batch.BatchTable, "batch", "batches", [own, ...notDeleted], accountOf)
      : ownerOf({ tradeId: trade.id })
  )
}

/** Ours by their own ids, in any case. */
const byId = (text: string) => {
  const trade = ofId("trade", text)
  const batch = ofId("batch", text)
  const order = ofId("order", text)
  const fill = ofId("fill", text)
  const attempt = ofId("attempt", text)
  const decision = ofId("decision", text)
  const found = ofId("break", text)
  return Effect.map(
    Effect.all([
      trade === undefined ? none : numbered(Trade.TradeTable, "trade", "trades", trade, accountOf),
      order === undefined ? none : numbered(Order.OrderTable, "order", "orders", order, accountOf),
      fill === undefined ? none : numbered(Fill.FillTable, "fill", "fills", fill, accountOf),
      attempt === undefined ? none : numbered(Attempt.AttemptTable, "attempt", "attempts", attempt, accountOf),
      decision === undefined ? none : numbered(Decision.DecisionTable, "decision", "decisions", decision, accountOf),
      found === undefined ? none : numbered(Break.BreakTable, "break", "breaks", found, accountOf),
      batch === undefined ? none : numbered(Batch.BatchTable, "batch", "batches", [...batch, ...notDeleted], accountOf)
    ]),
    (all) => all.flat()
  )
}

/** Those that have what is named: a lot, an allocation, a payload, a row. */
const byParts = (text: string) =>
  Effect.map(
    Effect.all([
      byPart(Lot.LotTable, ofId("lot", text)),
      byPart(Allocation.AllocationTable, ofId("allocation", text)),
      byPayload(text),
      byRow(text)
    ]),
    (all) => all.flat()
  )

/** By the names that others gave: sources, brokers, and the ids under which we sent. */
const byOthers = (text: string) =>
  Effect.map(
    Effect.all([
      numbered(Order.OrderTable, "order", "orders", isClientOrderId(text), accountOf),
      numbered(Order.OrderTable, "order", "orders", exactly("brokerOrderId", text), accountOf),
      numbered(Trade.TradeTable, "trade", "trades", exactly("sourceId", text), accountOf),
      numbered(Fill.FillTable, "fill", "fills", exactly("execId", text), accountOf),
      numbered(Batch.BatchTable, "batch", "batches", [...exactly("uid", text), ...notDeleted], accountOf)
    ]),
    (all) => all.flat()
  )

const byName = (text: string) =>
  Effect.gen(function* () {
    const accounts = yield* Reads.all(Account.AccountTable, { where: inAnyCase("name", text) })
    const positions = yield* Reads.page(Position.PositionTable, { where: inAnyCase("symbol", text), limit: MOST })
    return [
      ...accounts.map(({ name }): Found => ({
        kind: "account",
        id: name,
        account: name,
        path: `/api/v1/accounts/${name}`
      })),
      ...positions.items.map(({ account, symbol }): Found => ({
        kind: "position",
        id: symbol,
        account,
        path: `/api/v1/positions/${encodeURIComponent(symbol)}?account=${account}`
      }))
    ]
  })

/**
 * The records that a text may mean: an id of ours (of a lot, an allocation or a payload the record that has it), a row of a batch
 * (`G3:1204`), a client order id, a broker's or a source's id, a batch's uid, an account, a symbol. What is called exactly so comes
 * before what is in another case (`t7`), and both before what only has a part of that name: a source's `a7` before the trade of `A7`.
 */
export const resolve = (
  text: string
): Effect.Effect<ReadonlyArray<Found>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const asked = text.trim()
    if (asked === "") return []
    const own = yield* byId(asked)
    const found = [
      ...own.filter(({ id }) => id === asked),
      ...(yield* byOthers(asked)),
      ...own,
      ...(yield* byName(asked)),
      ...(yield* byParts(asked))
    ]
    return [...new Map(found.map((each) => [each.path, each])).values()]
  })
