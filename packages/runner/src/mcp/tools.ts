import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { Documents } from "@roundlot/api"
import { Accumulator, Clock, Decimal, Instant, Jobs } from "@roundlot/core"
import { Effect, type Layer, Option, Schema } from "effect"
import type { Writing } from "../App.ts"
import { sole } from "../accounts.ts"
import * as tradeRequest from "../serve/tradeRequest.ts"
import { policyOf, type Configuration } from "../settings/Configuration.ts"
import * as breaks from "../views/breaks.ts"
import * as jobs from "../views/jobs.ts"
import * as orders from "../views/orders.ts"
import * as positions from "../views/positions.ts"
import * as trades from "../views/trades.ts"
import { LIFE_MS, type Confirmations } from "./Confirmations.ts"

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
  "Inbound trades on record, oldest first: shares and dollars a share as exact decimals.",
  listed,
  Documents.TradePage
)

const listOrders = listing(
  "list_orders",
  "Orders to brokers with what became of them, newest first.",
  listed,
  Documents.OrderPage
)

const listPositions = listing(
  "list_positions",
  "Where every account stands in every symbol: exposure, target, hedged, in flight, residual, in signed shares.",
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
  description: "Asks the daemon to read the broker's executions into the books. The same key is the same job.",
  success: Documents.JobDocument,
  failure: Refused
}).setParameters(
  only({ account: text, key: text, lookbackDays: Schema.optional(Schema.Int.pipe(Schema.between(1, 30))) })
)

/** What an order that is to be given says. */
const terms = {
  account: text,
  symbol: Schema.String,
  side: Schema.String,
  quantity: Schema.String,
  type: text,
  limitPrice: text,
  stopPrice: text,
  timeInForce: text,
  session: text
}

const Shown = Schema.Struct({
  sent: Schema.Literal(false),
  preview: Schema.Struct({
    account: Schema.String,
    symbol: Schema.String,
    side: Schema.String,
    quantity: Schema.String,
    type: Schema.String,
    limitPrice: Schema.NullOr(Schema.String),
    stopPrice: Schema.NullOr(Schema.String),
    timeInForce: Schema.String,
    session: Schema.String
  }),
  /** Give it back with the same terms to have it sent. */
  code: Schema.String,
  codeExpiresAt: Schema.String
})

const Taken = Schema.Struct({ sent: Schema.Literal(true), trade: Documents.TakenDocument })

const submitOrder = Tool.make("submit_order", {
  description:
    "Gives a direct order. Without a code it sends nothing: it answers with a preview and a one-time code, good for 60 seconds and for exactly these terms. Show the preview to the person and call again with the code once he has agreed.",
  success: Schema.Union(Shown, Taken),
  failure: Refused
})
  .setParameters(only({ ...terms, code: text }))
  .annotate(Tool.Destructive, true)

/** What other programs may do: look, ask for a sync, and give an order that a person has seen. */
export const toolkit = Toolkit.make(listTrades, listOrders, listPositions, listBreaks, syncTrades, submitOrder)

const SOURCE = "mcp"
const MOST = 20

const refused = (problem: string) => ({ problem })

/** A failure as its words. */
const told = <A, E extends { readonly message: string }, R>(view: Effect.Effect<A, E, R>) =>
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
  readonly session?: string | undefined
}

/** The trade that the terms mean, judged like any other, and its account. */
const meant = (asked: Terms, id: string, configuration: Configuration) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const { limitPrice, quantity, session, side, stopPrice, symbol, timeInForce, type } = asked
    // What a person agrees to is said in full, whatever the account's policy is.
    const direct = {
      type: type ?? "market",
      limitPrice: limitPrice ?? null,
      stopPrice: stopPrice ?? null,
      timeInForce: timeInForce ?? "day",
      session: session ?? "regular"
    }
    const request: Documents.TradeRequest = { source: SOURCE, sourceId: id, symbol, side, quantity, direct }
    const input = yield* Effect.mapError(tradeRequest.inputOf(request, "", { id, now }), ({ detail }) =>
      refused(detail)
    )
    const bySource = configuration.sources.get(SOURCE)?.account
    const account = yield* told(sole(Option.fromNullable(asked.account ?? bySource)))
    const preview = {
      account,
      symbol,
      side: input.side,
      quantity: Decimal.format(input.quantity),
      ...direct
    }
    return { account, input, preview }
  })

const submit = (
  asked: Terms & { readonly code?: string | undefined },
  codes: Confirmations,
  configuration: Configuration
) =>
  Effect.gen(function* () {
    const { account, input, preview } = yield* meant(asked, `mcp-${asked.code ?? "preview"}`, configuration)
    const shown = JSON.stringify(preview)
    if (asked.code === undefined) {
      const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
      const code = yield* codes.issue(shown)
      return { sent: false as const, preview, code, codeExpiresAt: Instant.format(Instant.addMillis(now, LIFE_MS)) }
    }
    const verdict = yield* codes.redeem(asked.code, shown)
    if (verdict !== "good") {
      const why =
        verdict === "other terms"
          ? "was given for other terms"
          : verdict === "expired"
            ? "has expired"
            : "is unknown or was used"
      return yield* Effect.fail(refused(`nothing was sent: the code ${why}. Ask without a code for a new preview`))
    }
    const accumulator = yield* Accumulator.Accumulator
    const result = yield* told(accumulator.submit(account, input, policyOf(configuration, SOURCE)))
    return { sent: true as const, trade: tradeRequest.takenOf(result) }
  })

/** The tools on the program's books. */
export const layerTools = (
  codes: Confirmations,
  configuration: Configuration
): Layer.Layer<Tool.HandlersFor<typeof toolkit.tools>, never, Writing | Jobs.Jobs> =>
  toolkit.toLayer(
    Effect.gen(function* () {
      const context = yield* Effect.context<Writing | Jobs.Jobs>()
      return {
        list_trades: (asked: Parameters<typeof trades.list>[0]) =>
          Effect.provide(told(trades.list({ limit: MOST, ...asked })), context),
        list_orders: ({ status, ...asked }: { readonly status?: string | undefined }) =>
          Effect.provide(
            told(
              orders.list({
                limit: MOST,
                order: "newest",
                ...asked,
                query: status === undefined ? undefined : { _tag: "Status", status }
              })
            ),
            context
          ),
        list_positions: (asked: Parameters<typeof positions.list>[0]) =>
          Effect.provide(told(positions.list({ limit: MOST, ...asked })), context),
        list_breaks: (asked: Parameters<typeof breaks.list>[0]) =>
          Effect.provide(told(breaks.list({ limit: MOST, ...asked })), context),
        enqueue_trades_sync_job: ({
          key,
          ...payload
        }: {
          readonly key?: string | undefined
          readonly account?: string | undefined
          readonly lookbackDays?: number | undefined
        }) =>
          Effect.provide(
            told(
              Effect.gen(function* () {
                const queue = yield* Jobs.Jobs
                const { job } = yield* queue.enqueue({ type: "trades.sync", key, payload })
                return jobs.documentOf(job)
              })
            ),
            context
          ),
        submit_order: (asked: Parameters<typeof submit>[0]) =>
          Effect.provide(submit(asked, codes, configuration), context)
      }
    })
  )
