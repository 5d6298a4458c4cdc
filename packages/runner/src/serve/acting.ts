import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Access, Api, Documents, Problem, type Server } from "@roundlot/api"
import {
  Accumulator,
  type AccountName,
  Break,
  Clock,
  type Command,
  Entropy,
  Id,
  Instant,
  Order,
  Trade,
  type intake
} from "@roundlot/core"
import { Effect, Either, Layer, Option } from "effect"
import type { Writing } from "../App.ts"
import { sole } from "../accounts.ts"
import * as TradeRow from "../import/TradeRow.ts"
import { complaint } from "../import/takeIn.ts"
import { policyOf, type Configuration } from "../settings/Configuration.ts"
import { settleAbandoned } from "../verbs/abandoned.ts"
import { carryOut } from "../verbs/commanding.ts"
import * as instruction from "../verbs/instruction.ts"
import { recordOf, scopeOf } from "../verbs/verdicts.ts"
import * as controls from "../views/controls.ts"
import * as executions from "../views/executions.ts"
import * as trades from "../views/trades.ts"
import { acted } from "./failing.ts"
import { once } from "./once.ts"

const { RoundlotApi } = Api

const all = <D>(items: ReadonlyArray<D>) => ({ items, nextCursor: null })

// Trades

const NAMES: { readonly [F in TradeRow.Field]: string } = {
  source_id: "sourceId",
  timestamp: "tradedAt",
  symbol: "symbol",
  side: "side",
  quantity: "quantity",
  price: "price"
}

const INSTRUCTION: instruction.Names = {
  type: "direct.type",
  limitPrice: "direct.limitPrice",
  stopPrice: "direct.stopPrice",
  timeInForce: "direct.timeInForce"
}

const SOURCE = "api"

/** What an absent id and time are taken for. */
interface Usual {
  readonly id: string
  readonly now: Instant.Instant
}

/** A trade of a request, read like a row of a file: the same numbers are refused, in the same words. */
const inputOf = (
  request: Documents.TradeRequest,
  at: string,
  { id, now }: Usual
): Either.Either<Trade.TradeInput, Problem.BadRequest> => {
  const cells = {
    source_id: request.sourceId ?? id,
    timestamp: request.tradedAt ?? Instant.format(now),
    symbol: request.symbol,
    side: request.side,
    quantity: request.quantity,
    price: request.price ?? ""
  }
  const cell = (field: TradeRow.Field) => Either.right(cells[field])
  const row = TradeRow.read(
    { line: 1, raw: "", cell, columnName: (field) => `${at}${NAMES[field]}` },
    { source: request.source ?? SOURCE, identity: ["source_id"] }
  )
  if (row._tag === "Bad") return Either.left(Problem.failures.badRequest(complaint(row), row.column))
  const { direct } = request
  if (direct === undefined) return Either.right(row.input)
  const asked = {
    type: direct.type,
    limitPrice: direct.limitPrice ?? undefined,
    stopPrice: direct.stopPrice ?? undefined,
    timeInForce: direct.timeInForce
  }
  return Either.mapBoth(instruction.read(asked, INSTRUCTION), {
    onLeft: (error) => Problem.failures.badRequest(`${at}${error.message}`, `${at}direct`),
    onRight: (terms) => ({ ...row.input, direct: terms })
  })
}

const takenOf = (result: intake.IntakeResult): Documents.TakenDocument => {
  const why = result._tag === "Conflict" ? result.why : result._tag === "Quarantined" ? result.reason : null
  const outcomes = {
    Accepted: "accepted",
    Duplicate: "duplicate",
    Conflict: "conflict",
    Quarantined: "quarantined"
  } as const
  return { id: Id.format("trade", result.tradeId), outcome: outcomes[result._tag], why }
}

const isList = (
  payload: Documents.TradeRequest | ReadonlyArray<Documents.TradeRequest>
): payload is ReadonlyArray<Documents.TradeRequest> => Array.isArray(payload)

/** Takes trades of a request in, each exactly once; a fault in one of them refuses all before anything is on record. */
const take = (
  payload: Documents.TradeRequest | ReadonlyArray<Documents.TradeRequest>,
  key: string | undefined,
  configuration: Configuration
) =>
  Effect.gen(function* () {
    const requests = isList(payload) ? payload : [payload]
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    // Sent again under the same key, what had no id of its own is the same trade again.
    const made = key ?? (yield* Effect.flatMap(Entropy.Entropy, (entropy) => entropy.hex))
    const inputs = yield* Effect.forEach(requests, (request, at) =>
      inputOf(request, isList(payload) ? `[${at}].` : "", { id: `${made}/${at}`, now })
    )
    const accumulator = yield* Accumulator.Accumulator
    const results = yield* Effect.forEach(inputs, (input, at) =>
      acted(
        Effect.gen(function* () {
          const bySource = configuration.sources.get(input.source)?.account
          const account = yield* sole(Option.fromNullable(requests[at]?.account ?? bySource))
          return { account, input, policy: policyOf(configuration, input.source) }
        })
      )
    )
    const taken = yield* acted(
      Effect.forEach(results, ({ account, input, policy }) => accumulator.submit(account, input, policy), {
        concurrency: "unbounded"
      })
    )
    return all(taken.map(takenOf))
  })

const ofTrades = (configuration: Configuration) =>
  HttpApiBuilder.group(RoundlotApi, "trades", (group) =>
    group
      .handle("list", ({ urlParams }) => acted(trades.list(urlParams)))
      .handle("show", ({ path: { id } }) => acted(trades.show(id)))
      .handle("executions", ({ path: { id } }) =>
        // What other systems call a trade is an order here: its executions are that order's fills.
        /^o\d+$/i.test(id)
          ? Effect.succeed(HttpServerResponse.redirect(`/api/v1/orders/${id}/fills`, { status: 308 }))
          : acted(Effect.map(executions.ofTrade(id), all))
      )
      .handle("take", ({ headers, payload }) =>
        acted(
          once(Documents.TakenPage, headers["idempotency-key"], ["take", payload], (key) =>
            take(payload, key, configuration)
          )
        )
      )
  )

// Commands

interface Wish {
  readonly key: string | undefined
  readonly reason: string
}

/** Carries a command out as its caller, once for each key. */
const command = (account: AccountName.AccountName, { key, reason }: Wish, asked: Command.Command) =>
  once(Documents.DoneDocument, key, [account, asked, reason], () =>
    Effect.flatMap(Access.Caller, ({ name }) =>
      carryOut({ account, actor: name, reason, commandId: Option.fromNullable(key), command: asked })
    )
  )

type Where = Wish & { readonly account: string | undefined; readonly symbol: string | undefined }

/** A halt waits for what is on its way, also where nobody is left to bring it to an end. */
const setState = (tag: "Halt" | "Resume", where: Where) =>
  acted(
    Effect.gen(function* () {
      const asked = {
        account: Option.fromNullable(where.account),
        symbol: Option.fromNullable(where.symbol),
        all: false
      }
      const { account, scope } = yield* scopeOf(asked)
      const performed = command(account, where, { _tag: tag, scope })
      return yield* tag === "Halt" ? Effect.raceFirst(performed, settleAbandoned) : performed
    })
  )

const ofControls = HttpApiBuilder.group(RoundlotApi, "controls", (group) =>
  group
    .handle("list", () => acted(Effect.map(controls.list, all)))
    .handle("halt", ({ headers, payload: { account, reason, symbol } }) =>
      setState("Halt", { key: headers["idempotency-key"], reason, account, symbol })
    )
    .handle("resume", ({ headers, payload: { account, reason, symbol } }) =>
      setState("Resume", { key: headers["idempotency-key"], reason, account, symbol })
    )
    .handle("cancelOrder", ({ headers, path: { id }, payload: { reason } }) =>
      acted(
        Effect.flatMap(recordOf(Order.OrderTable, "order", id), (order) =>
          command(order.account, { key: headers["idempotency-key"], reason }, { _tag: "Cancel", orderId: order.id })
        )
      )
    )
    .handle("dismissBreak", ({ headers, path: { id }, payload: { reason } }) =>
      acted(
        Effect.flatMap(recordOf(Break.BreakTable, "break", id), (found) =>
          command(
            found.account,
            { key: headers["idempotency-key"], reason },
            { _tag: "DismissBreak", breakId: found.id }
          )
        )
      )
    )
    .handle("reverseTrade", ({ headers, path: { id }, payload: { reason } }) =>
      acted(
        Effect.flatMap(recordOf(Trade.TradeTable, "trade", id), (trade) =>
          command(trade.account, { key: headers["idempotency-key"], reason }, { _tag: "Reverse", tradeId: trade.id })
        )
      )
    )
    .handle("dismissTrade", ({ headers, path: { id }, payload: { reason } }) =>
      acted(
        Effect.flatMap(recordOf(Trade.TradeTable, "trade", id), (trade) =>
          command(
            trade.account,
            { key: headers["idempotency-key"], reason },
            { _tag: "DismissTrade", tradeId: trade.id }
          )
        )
      )
    )
)

/** The routes that give trades and commands. */
export const layer = (
  configuration: Configuration
): Layer.Layer<
  Server.Group<"trades" | "controls">,
  never,
  Access.Reading | Access.Trading | Access.Operating | Writing
> => Layer.merge(ofTrades(configuration), ofControls)
