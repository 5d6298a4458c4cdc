import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { Documents } from "@roundlot/api"
import { dollarsText } from "@roundlot/api/text"
import { Clock, Decimal, Instant } from "@roundlot/core"
import { Id, TradeRepository } from "@roundlot/core/adapter"
import { AccountScope, Jobs, Proposals, Token, type TokenRegister, type TokenUses, Traces } from "@roundlot/core/ledger"
import { breaks, jobs, orders, positions, trades } from "@roundlot/queries"
import { type Context, Effect, Layer, Option, Schema } from "effect"
import { accountNames, namedSources, tradeRequest } from "@roundlot/commands"
import type { Writing, Configuration } from "../Program.ts"
import type { VerbError } from "../terminal/Verb.ts"
import * as Headers from "@effect/platform/Headers"
import * as HttpTraceContext from "@effect/platform/HttpTraceContext"
import type * as RpcMessage from "@effect/rpc/RpcMessage"
import * as RpcServer from "@effect/rpc/RpcServer"

const text = Schema.optional(Schema.String)

const listed = {
  account: text,
  symbol: text,
  status: text,
  limit: Schema.optional(Schema.Int.pipe(Schema.between(1, 100))),
  cursor: text
}

/** Why a tool did not do what was asked for. */
const Refused = Schema.Struct({ problem: Schema.String })

/** What a tool takes, and nothing else: an argument that it does not have is refused, where it would be left away in silence. */
const only = <Parameters extends Schema.Struct.Fields>(parameters: Parameters) =>
  Schema.Struct(parameters).annotations({ parseOptions: { onExcessProperty: "error" } })

/** A tool that lists records and changes nothing. */
const listing = <const Name extends string, Parameters extends Schema.Struct.Fields, Page extends Schema.Schema.Any>(
  name: Name,
  description: string,
  parameters: Parameters,
  success: Page
) =>
  Tool.make(name, { description, success, failure: Refused })
    .setParameters(only(parameters))
    .annotate(Tool.Readonly, true)

const listTrades = listing(
  "list_trades",
  "Recorded inbound trades, oldest first: shares and dollars per share as exact decimals.",
  { ...listed, owner: text },
  Documents.TradePage
)

const listOrders = listing(
  "list_orders",
  "Orders sent to brokers and their status, newest first.",
  listed,
  Documents.OrderPage
)

const listPositions = listing(
  "list_positions",
  "Positions by account and symbol: exposure, target, hedged, in flight and residual, in signed shares.",
  { account: text, symbol: text, limit: listed.limit, cursor: text },
  Documents.PositionPage
)

const listBreaks = listing(
  "list_breaks",
  "Differences and contradictions between the books and the broker, open and closed.",
  listed,
  Documents.BreakPage
)

const syncTrades = Tool.make("enqueue_trades_sync_job", {
  description: "Queues a sync of the broker's executions into the books. The same key returns the same job.",
  success: Documents.JobDocument,
  failure: Refused
}).setParameters(
  only({ account: text, key: text, lookbackDays: Schema.optional(Schema.Int.pipe(Schema.between(1, 30))) })
)

/** The terms of an order. */
const terms = {
  account: text,
  symbol: Schema.String,
  side: Schema.String,
  quantity: Schema.String,
  type: text,
  limitPrice: text,
  stopPrice: text,
  timeInForce: text,
  goodTill: text,
  session: text
}

/** An order that was proposed: nothing is sent before a person has approved it. */
const Waiting = Schema.Struct({
  sent: Schema.Literal(false),
  order: Schema.String,
  trade: Schema.String,
  /** The same was proposed before, and waits already. */
  isKnown: Schema.Boolean,
  terms: Schema.Struct({
    account: Schema.String,
    symbol: Schema.String,
    side: Schema.String,
    quantity: Schema.String,
    type: Schema.String,
    limitPrice: Schema.NullOr(Schema.String),
    stopPrice: Schema.NullOr(Schema.String),
    timeInForce: Schema.String,
    goodTill: Schema.NullOr(Schema.String),
    session: Schema.String
  }),
  approveBy: Schema.String,
  next: Schema.String
})

const proposeOrder = Tool.make("propose_order", {
  description:
    "Proposes a direct order. Nothing is sent: a person approves it within 15 minutes, in the dashboard or at a terminal, or it ends unsent. No tool can approve it. list_orders shows its status.",
  success: Waiting,
  failure: Refused
})
  .setParameters(only(terms))
  .annotate(Tool.Destructive, true)

/** What any program may do: look. */
export const reading = Toolkit.make(listTrades, listOrders, listPositions, listBreaks)

/** What a program with a token of the role `propose` may do: look, ask for a sync, and propose an order to a person. */
export const proposing = Toolkit.make(listTrades, listOrders, listPositions, listBreaks, syncTrades, proposeOrder)

const SOURCE = "mcp"

const MOST = 20

const refused = (problem: string) => ({ problem })

/** A failure as its words. */
const inWords = <A, E extends { readonly message: string }, R>(view: Effect.Effect<A, E, R>) =>
  Effect.mapError(view, ({ message }) => refused(message))

interface Terms {
  readonly account?: string | undefined
  readonly symbol: string
  readonly side: string
  readonly quantity: string
  readonly type?: string | undefined
  readonly limitPrice?: string | undefined
  readonly stopPrice?: string | undefined
  readonly timeInForce?: string | undefined
  readonly goodTill?: string | undefined
  readonly session?: string | undefined
}

/** The trade that the terms mean, judged like any other, and its account. */
const meant = (asked: Terms, configuration: Configuration) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const { goodTill, limitPrice, quantity, session, side, stopPrice, symbol, timeInForce, type } = asked
    // What a person agrees to is said in full, whatever the account's policy is.
    const direct = {
      type: type ?? "market",
      limitPrice: limitPrice ?? null,
      stopPrice: stopPrice ?? null,
      timeInForce: timeInForce ?? (goodTill === undefined ? "day" : "gtd"),
      goodTill: goodTill ?? null,
      session: session ?? "regular"
    }
    const request: Documents.TradeRequest = { source: SOURCE, symbol, side, quantity, direct }
    const { direct: instruction, ...input } = yield* Effect.mapError(
      tradeRequest.inputOf(request, "", { id: SOURCE, now }),
      ({ detail }) => refused(detail)
    )
    if (instruction === undefined) return yield* Effect.fail(refused("give the order terms: type"))
    const account = yield* inWords(accountNames.ofSource(configuration, SOURCE, asked.account))
    return {
      account,
      input: { ...input, direct: instruction },
      terms: { account, symbol, side: input.side, quantity: Decimal.format(input.quantity), ...direct }
    }
  })

const whyNot = (proposed: Exclude<Proposals.Proposed, { readonly _tag: "Waiting" }>, { name }: Token.Token): string => {
  switch (proposed._tag) {
    case "TooMany":
      return `${name} may propose ${proposed.ordersPerDay} orders a day for an account, and has`
    case "TooMuch":
      return `it is worth ${dollarsText(Decimal.format(proposed.notional))}, and ${name} may propose ${dollarsText(Decimal.format(proposed.left))} more today for this account`
    case "NoPrice":
      return "the price of the symbol is unknown: give a buy order a limit price; a sell order waits for a known price"
    case "NoOrder": {
      const { id, outcome, why } = tradeRequest.takenOf(proposed.result)
      return `no order was made: trade ${id} is ${outcome}${why === null ? "" : ` (${why})`}`
    }
  }
}

const propose = (asked: Terms, token: Token.Token, configuration: Configuration) =>
  Effect.gen(function* () {
    const { account, input, terms: said } = yield* meant(asked, configuration)
    const request = { account, token, input, policy: namedSources.policyOf(configuration, SOURCE) }
    const proposed = yield* inWords(Proposals.propose(request))
    if (proposed._tag !== "Waiting")
      return yield* Effect.fail(refused(`nothing was proposed: ${whyNot(proposed, token)}`))
    const { approveBy, isKnown, orderId, tradeId } = proposed
    const { identity } = yield* TradeRepository.TradeRepository
    const span = Traces.ofOrder(identity.id, { id: orderId, decisionId: undefined })
    yield* Effect.ignore(Effect.linkSpanCurrent(span))
    const order = Id.format("order", orderId)
    return {
      sent: false as const,
      order,
      trade: Id.format("trade", tradeId),
      isKnown,
      terms: said,
      approveBy: Instant.format(approveBy),
      next: `A person approves ${order} in the dashboard, or with 'roundlot orders approve ${order}' at a terminal.`
    }
  })

/** The token of the program that calls, judged anew with each call; nothing where it has none. */
export type Bearer = Effect.Effect<
  Token.Token | undefined,
  VerbError,
  Clock.Clock | TokenRegister.TokenRegister | TokenUses.TokenUses
>

/** What is done for a program is held to the accounts of its token. */
const asBearer = <A, E, R>(bearer: Bearer, act: Effect.Effect<A, E, R>) =>
  Effect.flatMap(bearer, (token) => AccountScope.within(Token.scopeOf(token), act))

type Needed = Writing | Jobs.Jobs | TokenRegister.TokenRegister | TokenUses.TokenUses

/** What each tool that only looks does. */
const looking = (bearer: Bearer, context: Context.Context<Needed>) => {
  const shown = <A, E extends { readonly message: string }>(view: Effect.Effect<A, E, Needed>) =>
    Effect.provide(inWords(asBearer(bearer, view)), context)
  return {
    list_trades: (asked: Parameters<typeof trades.list>[0]) => shown(trades.list({ limit: MOST, ...asked })),
    list_orders: ({ status, ...asked }: { readonly status?: string | undefined }) => {
      const query = status === undefined ? undefined : ({ _tag: "Status", status } as const)
      return shown(orders.list({ limit: MOST, order: "newest", ...asked, query }))
    },
    list_positions: (asked: Parameters<typeof positions.list>[0]) => shown(positions.list({ limit: MOST, ...asked })),
    list_breaks: (asked: Parameters<typeof breaks.list>[0]) => shown(breaks.list({ limit: MOST, ...asked }))
  }
}

/** The tools that look, on the program's books. */
export const layerReading = (bearer: Bearer): Layer.Layer<Tool.HandlersFor<typeof reading.tools>, never, Needed> =>
  reading.toLayer(Effect.map(Effect.context<Needed>(), (context) => looking(bearer, context)))

interface SyncWish {
  readonly key?: string | undefined
  readonly account?: string | undefined
  readonly lookbackDays?: number | undefined
}

const syncJob = ({ account: named, key, ...asked }: SyncWish) =>
  Effect.gen(function* () {
    const queue = yield* Jobs.Jobs
    const isBound = (yield* AccountScope.current) !== undefined
    const account = isBound ? yield* accountNames.sole(Option.fromNullable(named)) : named
    const payload = { ...asked, ...(account === undefined ? {} : { account }) }
    // The queue is no account's; the job is.
    const { job } = yield* AccountScope.lifted(queue.enqueue({ type: "trades.sync", key, payload }))
    return jobs.documentOf(job)
  })

/** All tools, on the program's books. */
export const layerProposing = (
  bearer: Bearer,
  configuration: Configuration
): Layer.Layer<Tool.HandlersFor<typeof proposing.tools>, never, Needed> =>
  proposing.toLayer(
    Effect.map(Effect.context<Needed>(), (context) => ({
      ...looking(bearer, context),
      enqueue_trades_sync_job: (wish: SyncWish) => Effect.provide(inWords(asBearer(bearer, syncJob(wish))), context),
      propose_order: (asked: Terms) =>
        Effect.provide(
          Effect.flatMap(inWords(bearer), (token) =>
            token === undefined
              ? Effect.fail(refused("it has no token"))
              : AccountScope.within(Token.scopeOf(token), propose(asked, token, configuration))
          ),
          context
        )
    }))
  )

/** Where a request of the Model Context Protocol names the trace that it belongs to, by OpenTelemetry's convention. */
const Traced = Schema.Struct({ _meta: Schema.Struct({ traceparent: Schema.String }) })

/** A request whose work goes on in the trace of its caller, where it names one. */
const inCallersTrace = (request: RpcMessage.FromClientEncoded): RpcMessage.FromClientEncoded => {
  if (request._tag !== "Request") return request
  return Schema.decodeUnknownOption(Traced)(request.payload).pipe(
    Option.flatMap(({ _meta: { traceparent } }) => HttpTraceContext.w3c(Headers.fromInput({ traceparent }))),
    Option.match({
      onNone: () => request,
      onSome: ({ sampled, spanId, traceId }) => ({ ...request, sampled, spanId, traceId })
    })
  )
}

/** The protocol of a server, whose requests go on in the traces of their callers. */
export const layer: Layer.Layer<RpcServer.Protocol, never, RpcServer.Protocol> = Layer.effect(
  RpcServer.Protocol,
  Effect.map(RpcServer.Protocol, (protocol) => ({
    ...protocol,
    run: (serve) => protocol.run((clientId, request) => serve(clientId, inCallersTrace(request)))
  }))
)
