import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { type Access, Api, type Parameters, type Server } from "@roundlot/api"
import { type AccountName, Decision, Fill, Trade } from "@roundlot/core"
import { type Id, type Table, type TradeRepository } from "@roundlot/core/adapter"
import { Allocation, Attempt, Break } from "@roundlot/core/ledger"
import {
  accounts,
  allocations,
  attempts,
  breaks,
  cases,
  comparisons,
  confirmation,
  connections,
  decisions,
  fillLots,
  fills,
  hedging,
  instruments,
  journal,
  orderQuery,
  orders,
  overview,
  owners,
  past,
  payloads,
  positions,
  profit,
  reconciliations,
  residuals,
  resolve,
  slippage,
  today,
  trail,
  waitingCommissions,
  waitingFills,
  why
} from "@roundlot/queries"
import { Chunk, Effect, Layer, Stream } from "effect"
import { createHash } from "node:crypto"
import type { Services } from "@roundlot/commands"
import { looked, type LookFailure } from "./failing.ts"
import { sent } from "./sent.ts"

const { RoundlotApi } = Api

const all = <D>(items: ReadonlyArray<D>) => ({ items, nextCursor: null })

/** A page of the books of an account, as they stood at an earlier moment where one is asked for. */
const ofThen = <D extends object, R>(
  { account, asOf }: { readonly account?: string | undefined; readonly asOf?: string | undefined },
  view: Effect.Effect<D, LookFailure, R>
) => Effect.map(looked(past.seen(asOf, past.ownersOf(account), view)), sent)

interface Moment {
  readonly asOf?: string | undefined
}

/** What is known of an order, or of its account's books as they stood at an earlier moment. */
const ofOrder = <D extends object, R>(id: string, { asOf }: Moment, view: Effect.Effect<D, LookFailure, R>) =>
  looked(past.seen(asOf, orders.accountOf(id), view))

/** A record, or as it stood at an earlier moment. */
const ofRecord = <T extends { readonly account: AccountName.AccountName }, D extends object, R>(
  table: Table.Table<T>,
  kind: Id.Kind,
  { path: { id }, urlParams: { asOf } }: { readonly path: { readonly id: string }; readonly urlParams: Moment },
  show: (id: string) => Effect.Effect<D, LookFailure, R>
) => looked(past.seen(asOf, past.ownerIn(table, kind, id), show(id)))

const ofOrders = HttpApiBuilder.group(RoundlotApi, "orders", (group) =>
  group
    .handle("list", ({ urlParams: { asOf, phase, status, ...asked } }) =>
      ofThen(
        { asOf, account: asked.account },
        Effect.flatMap(orderQuery.queryOf({ phase, status }), (query) => orders.list({ ...asked, query }))
      )
    )
    .handle("totals", ({ urlParams: { asOf, phase, status, ...asked } }) =>
      ofThen(
        { asOf, account: asked.account },
        Effect.flatMap(orderQuery.queryOf({ phase, status }), (query) => orders.totals({ ...asked, query }))
      )
    )
    .handle("show", ({ path: { id }, urlParams }) => ofOrder(id, urlParams, orders.show(id)))
    .handle("fills", ({ path: { id }, urlParams }) =>
      ofOrder(id, urlParams, Effect.zipRight(orders.accountOf(id), fills.list({ ...urlParams, orderId: id })))
    )
    .handle("attempts", ({ path: { id }, urlParams }) =>
      ofOrder(
        id,
        urlParams,
        Effect.map(orders.show(id), (order) => all(order.attempts))
      )
    )
    .handle("timeline", ({ path: { id }, urlParams }) =>
      ofOrder(
        id,
        urlParams,
        Effect.map(orders.show(id), ({ history }) => all(history))
      )
    )
)

const ofPositions = HttpApiBuilder.group(RoundlotApi, "positions", (group) =>
  group
    .handle("list", ({ urlParams }) => ofThen(urlParams, positions.list(urlParams)))
    .handle("show", ({ path: { symbol }, urlParams: { account, asOf } }) =>
      looked(past.seen(asOf, positions.accountOf(symbol, account), positions.show(symbol, account)))
    )
    .handle("residuals", ({ path: { symbol }, urlParams: { account, since } }) =>
      looked(residuals.history(symbol, account, since))
    )
    .handle("preview", ({ path: { symbol }, urlParams: { account, asOf, quantity, side } }) =>
      looked(
        past.seen(asOf, positions.accountOf(symbol, account), positions.preview(symbol, account, { side, quantity }))
      )
    )
)

const ofOwners = HttpApiBuilder.group(RoundlotApi, "owners", (group) =>
  group.handle("positions", ({ path: { owner }, urlParams }) =>
    ofThen(urlParams, owners.positions({ ...urlParams, owner }))
  )
)

const ofDecisions = HttpApiBuilder.group(RoundlotApi, "decisions", (group) =>
  group
    .handle("list", ({ urlParams }) => ofThen(urlParams, decisions.list(urlParams)))
    .handle("show", (asked) => ofRecord(Decision.DecisionTable, "decision", asked, decisions.show))
)

const ofAttempts = HttpApiBuilder.group(RoundlotApi, "attempts", (group) =>
  group
    .handle("list", ({ urlParams }) => ofThen(urlParams, attempts.list(urlParams)))
    .handle("show", (asked) => ofRecord(Attempt.AttemptTable, "attempt", asked, attempts.show))
)

const ofFills = HttpApiBuilder.group(RoundlotApi, "fills", (group) =>
  group
    .handle("list", ({ urlParams }) => ofThen(urlParams, fills.list(urlParams)))
    .handle("totals", ({ urlParams }) => ofThen(urlParams, fills.totals(urlParams)))
    .handle("waiting", ({ urlParams }) => ofThen(urlParams, Effect.map(waitingFills.list(urlParams), all)))
    .handle("waitingCommissions", ({ urlParams }) =>
      ofThen(urlParams, Effect.map(waitingCommissions.list(urlParams), all))
    )
    .handle("show", (asked) => ofRecord(Fill.FillTable, "fill", asked, fills.show))
    .handle("lots", (asked) => ofRecord(Fill.FillTable, "fill", asked, fillLots.show))
)

const ofAllocations = HttpApiBuilder.group(RoundlotApi, "allocations", (group) =>
  group
    .handle("list", ({ urlParams }) => ofThen(urlParams, allocations.list(urlParams)))
    .handle("show", (asked) => ofRecord(Allocation.AllocationTable, "allocation", asked, allocations.show))
)

const ofAccounts = HttpApiBuilder.group(RoundlotApi, "accounts", (group) =>
  group
    .handle("list", ({ urlParams }) => ofThen(urlParams, accounts.list(urlParams)))
    .handle("show", ({ path: { name }, urlParams: { asOf } }) =>
      looked(past.seen(asOf, accounts.nameOf(name), accounts.show(name)))
    )
)

const ofInstruments = HttpApiBuilder.group(RoundlotApi, "instruments", (group) =>
  group.handle("list", ({ urlParams }) => ofThen(urlParams, instruments.list(urlParams)))
)

const ofBreaks = HttpApiBuilder.group(RoundlotApi, "breaks", (group) =>
  group
    .handle("list", ({ urlParams }) => ofThen(urlParams, breaks.list(urlParams)))
    .handle("show", (asked) => ofRecord(Break.BreakTable, "break", asked, breaks.show))
)

const ofJournal = HttpApiBuilder.group(RoundlotApi, "journal", (group) =>
  group
    .handle("list", ({ urlParams }) =>
      Effect.map(looked(past.seenOfJournals(urlParams.asOf, journal.list(urlParams))), sent)
    )
    .handle("head", ({ urlParams: { asOf } }) => looked(past.seenOfJournals(asOf, journal.head)))
    .handle("show", ({ path: { name, seq } }) => looked(journal.show(`${name}/${seq}`)))
    .handle("why", ({ urlParams: { of } }) => looked(why.show(of)))
)

const ofPayloads = HttpApiBuilder.group(RoundlotApi, "payloads", (group) =>
  group.handle("show", ({ path: { id } }) => looked(payloads.show(id)))
)

/** The rows of a report on profit. */
const profitRows = (filters: profit.ProfitFilters) =>
  Effect.map(Effect.flatMap(profit.rows(filters), Stream.runCollect), (rows) => ({
    items: Chunk.toReadonlyArray(rows),
    nextCursor: null
  }))

/** The bytes that the command line exports, and their hash, which is known before the first of them is sent. */
const profitCsv = (filters: profit.ProfitFilters) =>
  Effect.map(
    Effect.flatMap(profit.rows(filters), (rows) => Stream.mkString(profit.csvOf(rows))),
    (csv) => {
      const digest = createHash("sha256").update(csv).digest("base64")
      return HttpServerResponse.text(csv, {
        contentType: "text/csv; charset=utf-8",
        headers: {
          "content-disposition": 'attachment; filename="profit.csv"',
          "repr-digest": `sha-256=:${digest}:`
        }
      })
    }
  )

const ofOverview = HttpApiBuilder.group(RoundlotApi, "overview", (group) =>
  group
    .handle("overview", ({ urlParams: { asOf } }) => looked(past.seen(asOf, past.ownersOf(), overview.overview)))
    .handle("today", ({ urlParams: { asOf } }) => looked(past.seen(asOf, past.ownersOf(), today.today)))
    .handle("hedging", ({ urlParams }) => ofThen(urlParams, hedging.list(urlParams)))
    .handle("confirmation", (asked) => ofRecord(Trade.TradeTable, "trade", asked, confirmation.show))
    .handle("slippage", ({ urlParams }) => ofThen(urlParams, Effect.map(slippage.rows(urlParams), all)))
    .handle("trail", ({ urlParams }) =>
      looked(
        Effect.gen(function* () {
          const context = yield* Effect.context<TradeRepository.TradeRepository>()
          const lines = trail.csvOf(yield* trail.trail(urlParams))
          return HttpServerResponse.stream(Stream.encodeText(Stream.provideContext(lines, context)), {
            contentType: "text/csv; charset=utf-8",
            headers: { "content-disposition": 'attachment; filename="trail.csv"' }
          })
        })
      )
    )
    .handle("profit", ({ urlParams }) => ofThen(urlParams, profitRows(urlParams)))
    .handle("profitExport", ({ urlParams }) => {
      const view = Effect.map(profitCsv(urlParams), (response) => ({ response }))
      const { account, asOf } = urlParams
      return Effect.map(looked(past.seen(asOf, past.ownersOf(account), view)), ({ response }) => response)
    })
    .handle("connections", () => looked(Effect.map(connections.list, all)))
    .handle("cases", ({ urlParams: { asOf } }) => looked(past.seen(asOf, past.ownersOf(), Effect.map(cases.list, all))))
    .handle("case", ({ path: { id }, urlParams: { asOf } }) => looked(past.seen(asOf, past.ownersOf(), cases.show(id))))
    .handle("resolve", ({ urlParams: { asOf, q } }) =>
      looked(past.seen(asOf, past.ownersOf(), Effect.map(resolve.resolve(q), all)))
    )
)

const ofReconciliation = HttpApiBuilder.group(RoundlotApi, "reconciliation", (group) =>
  group
    .handle("list", ({ urlParams }) => looked(comparisons.list(urlParams)))
    .handle("runs", ({ urlParams }) => looked(reconciliations.list(urlParams)))
)

/** The routes that only look: the same views that the command line shows. */
export const layer: Layer.Layer<
  Server.Group<
    | "orders"
    | "positions"
    | "owners"
    | "decisions"
    | "attempts"
    | "fills"
    | "allocations"
    | "accounts"
    | "instruments"
    | "breaks"
    | "reconciliation"
    | "journal"
    | "payloads"
    | "overview"
  >,
  never,
  Access.Reading | Parameters.KnownParameters | Services
> = Layer.mergeAll(
  ofOrders,
  ofPositions,
  ofOwners,
  ofDecisions,
  ofAttempts,
  ofFills,
  ofAllocations,
  ofAccounts,
  ofInstruments,
  ofBreaks,
  ofReconciliation,
  ofJournal,
  ofPayloads,
  ofOverview
)
