import type { Documents } from "@roundlot/api"
import {
  Account,
  Attempt,
  Break,
  Decision,
  Fill,
  Id,
  Order,
  Position,
  Reads,
  Trade,
  type Table,
  type TradeRepository
} from "@roundlot/core"
import { Effect } from "effect"
import { exactly, inAnyCase, isClientOrderId, type Conditions } from "./asked.ts"

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

/** Ours by their ids. */
const byId = (text: string) => {
  const trade = ofId("trade", text)
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
      found === undefined ? none : numbered(Break.BreakTable, "break", "breaks", found, accountOf)
    ]),
    (all) => all.flat()
  )
}

const none: Effect.Effect<ReadonlyArray<Found>> = Effect.succeed([])

/** By the names that others gave: sources, brokers, and the ids under which we sent. */
const byOthers = (text: string) =>
  Effect.map(
    Effect.all([
      numbered(Order.OrderTable, "order", "orders", isClientOrderId(text), accountOf),
      numbered(Order.OrderTable, "order", "orders", exactly("brokerOrderId", text), accountOf),
      numbered(Trade.TradeTable, "trade", "trades", exactly("sourceId", text), accountOf),
      numbered(Fill.FillTable, "fill", "fills", exactly("execId", text), accountOf)
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

/** The records that a text may mean: an id of ours, a client order id, a broker's or a source's id, an account, a symbol. */
export const resolve = (
  text: string
): Effect.Effect<ReadonlyArray<Found>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const asked = text.trim()
    if (asked === "") return []
    const found = [...(yield* byId(asked)), ...(yield* byOthers(asked)), ...(yield* byName(asked))]
    return [...new Map(found.map((each) => [each.path, each])).values()]
  })
