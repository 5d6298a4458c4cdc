import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Access, Api, Documents, type Parameters, Problem, type Server } from "@roundlot/api"
import { type AccountName, Accumulator, Clock, SourcePolicy, Sources, Trade } from "@roundlot/core"
import { Entropy, Report } from "@roundlot/core/adapter"
import { AccountScope } from "@roundlot/core/ledger"
import { BatchRows } from "@roundlot/imports"
import { batches, executions, past, trades } from "@roundlot/queries"
import { Array, Effect, type Layer } from "effect"
import { accountNames, namedSources, type Services, tradeRequest } from "@roundlot/commands"
import type { Configured } from "./Settings.ts"
import { acted } from "./failing.ts"
import { type First, once } from "./once.ts"
import { sent } from "./sent.ts"

const { RoundlotApi } = Api

const all = <D>(items: ReadonlyArray<D>) => ({ items, nextCursor: null })

// Trades

const isList = (
  payload: Documents.TradeRequest | ReadonlyArray<Documents.TradeRequest>
): payload is ReadonlyArray<Documents.TradeRequest> => Array.isArray(payload)

/** The batch that trades of a request go into: one for all, or none. */
const batchOf = (requests: ReadonlyArray<Documents.TradeRequest>) => {
  const [batchId, ...others] = [...new Set(requests.map((request) => request.batchId))]
  return others.length === 0
    ? Effect.succeed(batchId)
    : Effect.fail(Problem.failures.badRequest("all trades of one request need the same batch, or none", "batchId"))
}

/** Trades of a call, as they were said and as they are, and the call as it came. */
interface Given {
  readonly requests: ReadonlyArray<Documents.TradeRequest>
  readonly inputs: ReadonlyArray<Trade.TradeInput>
  readonly raw: Report.RawPayload
}

/** Adds trades of a request to a batch that still collects them. */
const intoBatch = (id: string, { inputs, raw, requests }: Given, configuration: Configured) =>
  Effect.gen(function* () {
    const batch = yield* batches.recordOf(id)
    for (const { account } of requests) if (account !== undefined) yield* accountNames.known(account)
    const account = requests.find(
      (request) => request.account !== undefined && request.account !== batch.account
    )?.account
    const [source, ...others] = [...new Set(inputs.map((input) => input.source))]
    if (source === undefined) return all([])
    if (others.length > 0) {
      return yield* Effect.fail(
        Problem.failures.badRequest("all trades of one request into a batch need the same source", "source")
      )
    }
    const policy = SourcePolicy.readFrom(namedSources.policyOf(configuration, source), raw)
    const results = yield* BatchRows.addTo({ batch, account, inputs, policy })
    return all(results.map(tradeRequest.takenOf))
  })

/** A call as it came, and what it says. */
interface Asked<P> {
  readonly payload: P
  readonly request: HttpServerRequest.HttpServerRequest
}

/** What a call says, as it is kept: whose it is, and where it came in. */
const rawOf = ({ method, url }: HttpServerRequest.HttpServerRequest, from: string, body: string) =>
  Report.textFrom(from)(body, { method, endpoint: url })

/** The body of a call as it came: it was read to know what it says. */
const textOf = ({ text }: HttpServerRequest.HttpServerRequest) => Effect.orDie(text)

/** A trade of a call, with the account that it goes to. */
interface Placed {
  readonly account: AccountName.AccountName
  readonly asked: Documents.TradeRequest | undefined
}

/**
 * What is kept of a call by account, hashed once each: its bytes, and where it adds to several accounts, of each its own trades alone. Who
 * may read one account finds nothing of another there.
 */
const bodiesOf = (request: HttpServerRequest.HttpServerRequest, from: string, placed: ReadonlyArray<Placed>) =>
  Effect.map(textOf(request), (whole) => {
    const byAccount = Object.entries(Array.groupBy(placed, ({ account }) => account))
    return new Map<string, ReturnType<typeof SourcePolicy.bodyOf>>(
      byAccount.map(([account, own]) => {
        const kept = byAccount.length === 1 ? whole : JSON.stringify(own.map(({ asked }) => asked))
        return [account, SourcePolicy.bodyOf(rawOf(request, from, kept))]
      })
    )
  })

/** Takes trades of a request in, each exactly once; a fault in one of them refuses all before anything is on record. */
const take = (
  { payload, request }: Asked<Documents.TradeRequest | ReadonlyArray<Documents.TradeRequest>>,
  first: First | undefined,
  configuration: Configured
) =>
  Effect.gen(function* () {
    const requests = isList(payload) ? payload : [payload]
    // Sent again under the same key, what had no id or no time of its own is the same trade again.
    const now = first?.at ?? (yield* Effect.flatMap(Clock.Clock, (clock) => clock.now))
    const made = first?.key ?? (yield* Effect.flatMap(Entropy.Entropy, (entropy) => entropy.hex))
    const inputs = yield* Effect.forEach(requests, (request, at) =>
      tradeRequest.inputOf(request, isList(payload) ? `[${at}].` : "", { id: `${made}/${at}`, now })
    )
    const batchId = yield* batchOf(requests)
    const { name: actor } = yield* Access.Caller
    if (batchId !== undefined) {
      const raw = rawOf(request, actor, yield* textOf(request))
      return yield* acted(intoBatch(batchId, { requests, inputs, raw }, configuration))
    }
    const accumulator = yield* Accumulator.Accumulator
    const placed = yield* Effect.forEach(inputs, (input, at) =>
      acted(
        Effect.gen(function* () {
          const account = yield* accountNames.ofSource(configuration, input.source, requests[at]?.account)
          return { account, input, asked: requests[at] }
        })
      )
    )
    const bodies = yield* bodiesOf(request, actor, placed)
    const taken = yield* acted(
      Effect.forEach(
        placed,
        ({ account, input }) => {
          const policy = { ...namedSources.policyOf(configuration, input.source), body: bodies.get(account) }
          return accumulator.submit(account, input, policy, actor)
        },
        { concurrency: "unbounded" }
      )
    )
    return all(taken.map(tradeRequest.takenOf))
  })

/** Takes in what a source hands over, all of it or nothing. */
const deliver = (
  { payload: { after, cursor, trades: given }, request }: Asked<Documents.DeliveryRequest>,
  configuration: Configured
) =>
  Effect.gen(function* () {
    const { account, source } = yield* Access.Sender
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const trades = yield* Effect.forEach(given, (trade, at) =>
      tradeRequest.inputOf({ ...trade, source }, `trades[${at}].`, { id: trade.sourceId, now })
    )
    const raw = rawOf(request, source, yield* textOf(request))
    const policy = SourcePolicy.readFrom(namedSources.policyOf(configuration, source), raw)
    const from = { name: source, policy }
    const step = cursor === undefined ? undefined : { cursor, after: after ?? undefined }
    return all((yield* Sources.takePushed(account, from, trades, step)).map(tradeRequest.takenOf))
  })

const accountOfTrade = (id: string) => past.ownerIn(Trade.TradeTable, "trade", id)

/** What the configuration says of each source. */
const sourcesOf = ({ sources }: Configured): Effect.Effect<ReadonlyArray<Documents.SourceDocument>> =>
  Effect.map(AccountScope.current, (scope) =>
    [...sources]
      .filter(([, { account }]) => scope === undefined || (account !== undefined && scope.has(account)))
      .map(([name, { account, order }]) => ({
        name,
        account: account ?? null,
        session: order?.session ?? null,
        timeInForce: order?.timeInForce ?? null
      }))
  )

const ofTrades = (configuration: Configured) =>
  HttpApiBuilder.group(RoundlotApi, "trades", (group) =>
    group
      .handle("list", ({ urlParams }) =>
        Effect.map(acted(past.seen(urlParams.asOf, past.ownersOf(urlParams.account), trades.list(urlParams))), sent)
      )
      .handle("totals", ({ urlParams }) =>
        Effect.map(acted(past.seen(urlParams.asOf, past.ownersOf(urlParams.account), trades.totals(urlParams))), sent)
      )
      .handle("show", ({ path: { id }, urlParams: { asOf } }) =>
        acted(past.seen(asOf, accountOfTrade(id), trades.show(id)))
      )
      .handle("executions", ({ path: { id }, urlParams: { asOf } }) =>
        // What other systems call a trade is an order here: its executions are that order's fills.
        /^o\d+$/i.test(id)
          ? Effect.succeed(HttpServerResponse.redirect(`/api/v1/orders/${id}/fills`, { status: 308 }))
          : acted(past.seen(asOf, accountOfTrade(id), Effect.map(executions.ofTrade(id), all)))
      )
      .handle("take", (asked) => acted(once(Documents.TakenPage, asked, (first) => take(asked, first, configuration))))
      .handle("sources", () => Effect.map(sourcesOf(configuration), all))
      .handle("deliver", (asked) => acted(deliver(asked, configuration)))
  )

/** The routes that take trades in and show them. */
export const layer = (
  configuration: Configured
): Layer.Layer<
  Server.Group<"trades">,
  never,
  Access.Reading | Parameters.KnownParameters | Access.Signed | Access.Trading | Services
> => ofTrades(configuration)
