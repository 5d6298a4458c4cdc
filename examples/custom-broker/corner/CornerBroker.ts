import { Broker, Decimal, Instant } from "@roundlot/core"
import { Address, ClientOrderId, ExactJson, HttpOutcome, Report } from "@roundlot/core/adapter"
import { SupportedOrders } from "@roundlot/core/adapter"
import type { AccountName } from "@roundlot/core"
import type { OrderTerms } from "@roundlot/core/adapter"
import { Clock, Effect, Either, Schema } from "effect"
import * as Wire from "./wire.ts"

const supportedOrders: Broker.Capabilities["supportedOrders"] = [
  { session: "regular", types: ["market", "limit"], timesInForce: ["day", "gtc"] }
]

const capabilities: Broker.Capabilities = {
  supportedOrders,
  fractions: false,
  clientOrderIds: true,
  uniqueClientOrderIds: true,
  corrections: true,
  perFillIds: true,
  streaming: false,
  replace: false,
  shortSale: true,
  crossesZero: true,
  historyWindowMs: 365 * 86_400_000
}

const ONE_SHARE = Decimal.unsafe("1")

/** Statuses that end an order. One that Corner adds tomorrow is none of them: its order counts as open. */
const ends: ReadonlyMap<string, Report.ClosedKind> = new Map([
  ["filled", "filled"],
  ["cancelled", "cancelled"],
  ["expired", "expired"],
  ["rejected", "rejected"]
])

/** What a refusal is about; of any other code a person decides. */
const refusals: ReadonlyMap<string, Report.RefusalClass> = new Map([
  ["buying_power", "later"],
  ["market_closed", "session"],
  ["account_blocked", "account"]
])

const now = Effect.map(Clock.currentTimeMillis, Instant.fromMillis)

/** The terms that Corner takes, or why it does not: said before anything leaves. */
const taken = (account: AccountName.AccountName, asked: OrderTerms.OrderTerms) =>
  Either.flatMap(Broker.ownTerms(account, asked), (terms) => {
    const isWhole = Decimal.equals(terms.quantity, Decimal.floorTo(terms.quantity, ONE_SHARE))
    const words = SupportedOrders.faultOf(supportedOrders, terms) ?? (isWhole ? undefined : "Corner takes whole shares")
    return words === undefined ? Either.right(terms) : Either.left(new Broker.Refusal({ code: "terms", words }))
  })

/** The bytes of an order: every term that Corner takes is in them. */
const bodyOf = (terms: OrderTerms.OrderTerms): string =>
  JSON.stringify({
    client_id: terms.clientOrderId,
    symbol: terms.symbol,
    side: terms.side,
    quantity: Decimal.format(terms.quantity),
    type: terms.type,
    limit_price: terms.limitPrice === undefined ? null : Decimal.format(terms.limitPrice),
    time_in_force: terms.timeInForce
  })

/** An order that came back counts as taken where it is the one that was asked for. */
const acknowledged = (terms: OrderTerms.OrderTerms, text: string): Report.Answer => {
  const order = Either.getOrUndefined(Schema.decodeEither(Schema.parseJson(Wire.Order))(text))
  const isThis =
    order?.symbol === terms.symbol && order.side === terms.side && Decimal.equals(order.quantity, terms.quantity)
  return isThis
    ? Report.Answer.Accepted({ brokerOrderId: order.id })
    : Report.Answer.Unknown({ why: "what came back is not what was ordered", candidate: order?.id })
}

/** What an answer to an order means. Whatever is not documented to make no order may have made one. */
const answerOf = (terms: OrderTerms.OrderTerms, outcome: HttpOutcome.HttpOutcome): Report.Answer => {
  if (outcome._tag === "NotSent") return Report.Answer.NotSent(outcome)
  if (outcome._tag === "Lost") return Report.Answer.Unknown({ why: outcome.why, candidate: undefined })
  const { retryAfterMs, status, text } = outcome
  if (status === 201) return acknowledged(terms, text)
  const { code, message } = Wire.problemOf(outcome) ?? { code: undefined, message: `HTTP ${status}` }
  if (status === 401 || status === 429) return Report.Answer.NotSent({ why: message, retryAfterMs })
  if (status === 422 && code !== undefined)
    return Report.Answer.Refused({ code, words: message, class: refusals.get(code) ?? "unknown" })
  return Report.Answer.Unknown({ why: message, candidate: undefined, isIdInUse: status === 409 })
}

/** How Corner's rows become reports of an account. */
const reportsOf = (account: AccountName.AccountName) => ({
  seen: (order: Wire.Order, text: string): Report.Received<Report.OrderSeen> => {
    const kind = ends.get(order.status)
    return {
      report: {
        _tag: "OrderSeen",
        account,
        asOf: order.updated_at,
        asOfKind: "broker",
        brokerOrderId: order.id,
        clientOrderId: order.client_id ?? undefined,
        symbol: order.symbol,
        side: order.side,
        quantity: order.quantity,
        rawStatus: order.status,
        state: kind === undefined ? { _tag: "Open" } : { _tag: "Closed", kind },
        cumulative: order.filled,
        averagePrice: order.average_price ?? undefined,
        enteredAt: order.entered_at,
        type: order.type,
        limitPrice: order.limit_price ?? undefined,
        executionsRead: false
      },
      payload: Wire.kept(text)
    }
  },
  executed: (execution: Wire.Execution, text: string): Report.Received<Report.Executed> => ({
    report: {
      _tag: "Executed",
      account,
      asOf: execution.at,
      asOfKind: "broker",
      execId: execution.id,
      execIdBase: execution.trade,
      revision: execution.revision,
      brokerOrderId: execution.order_id,
      clientOrderId: execution.client_id ?? undefined,
      symbol: execution.symbol,
      side: execution.side,
      quantity: execution.quantity,
      price: execution.price,
      executedAt: execution.at
    },
    payload: Wire.kept(text)
  }),
  notFound: (ids: Pick<Report.NotFound, "brokerOrderId" | "clientOrderId">) =>
    Effect.map(now, (asOf): Report.Received<Report.NotFound> => ({
      report: { _tag: "NotFound", account, asOf, asOfKind: "ours", complete: true, ...ids },
      payload: undefined
    }))
})

type Ask = ReturnType<typeof Wire.asking>
type Query = Readonly<Record<string, string>>

const contents = <A, I>(operation: string, schema: Schema.Schema<A, I>, answer: HttpOutcome.Answered) =>
  HttpOutcome.contentsOf(Wire.wording, operation, schema, answer)

/** A read that does not succeed, or cannot be understood, is a failure and never an empty answer. */
const read = (ask: Ask, operation: string, path: string) =>
  Effect.flatMap(ask("GET", path), (outcome) => HttpOutcome.answerIn(Wire.wording, operation, outcome))

/** The rows of a page, each with the text that it was read from. */
const page = <A, I>(ask: Ask, operation: string, path: string, row: Schema.Schema<A, I>) =>
  Effect.flatMap(read(ask, operation, path), (answer) =>
    Either.gen(function* () {
      const unreadable = () => HttpOutcome.unreadable(Wire.wording, operation, answer)
      const whole = yield* HttpOutcome.textOf(Wire.wording, operation, answer)
      const texts = yield* Either.fromNullable(ExactJson.rowsIn(whole), unreadable)
      const decode = Schema.decodeEither(Schema.parseJson(row))
      const rows = texts.map((text) => Either.map(decode(text), (shown) => ({ shown, text })))
      return yield* Either.mapLeft(Either.all(rows), unreadable)
    })
  )

/** The rows of all pages, until one is empty. */
const all = <A, I>(ask: Ask, operation: string, path: string, query: Query, row: Schema.Schema<A, I>) =>
  Effect.gen(function* () {
    const rows: Array<{ readonly shown: A; readonly text: string }> = []
    for (let number = 1; ; number++) {
      const asked = new URLSearchParams({ ...query, page: `${number}` }).toString()
      const found = yield* page(ask, operation, `${path}?${asked}`, row)
      if (found.length === 0) return rows
      rows.push(...found)
    }
  })

const pathOf = (id: ClientOrderId.BrokerOrderId): string => `/v1/orders/${encodeURIComponent(id)}`

/** What is asked of the account and its market. */
const accountReads = (ask: Ask) => {
  const account = Effect.flatMap(read(ask, "account", "/v1/account"), (answer) =>
    contents("account", Wire.Account, answer)
  )
  return {
    proof: Effect.map(account, ({ id, play_money }): Broker.Proof => {
      const remedy = "Use the key of a paper account"
      return play_money ? { _tag: "Paper" } : { _tag: "Unproven", seen: `account ${id} is of real money`, remedy }
    }),
    account: Effect.map(account, ({ buying_power, currency, id }) => ({
      brokerAccountId: id,
      currency,
      buyingPower: buying_power
    })),
    positions: Effect.map(all(ask, "positions", "/v1/positions", {}, Wire.Position), (rows) => ({
      complete: true,
      holdings: rows.map(({ shown }) => ({ ...shown, averagePrice: undefined }))
    })),
    instrument: (symbol: string) =>
      Effect.gen(function* () {
        const answer = yield* read(ask, "instrument", `/v1/instruments/${encodeURIComponent(symbol)}`)
        if (answer.status === 404) return { _tag: "NotKnown", symbol } as const
        const known = yield* contents("instrument", Wire.Instrument, answer)
        const more = { assetClass: "equity", currency: "USD", fractionable: false, lot: ONE_SHARE }
        return { _tag: "Known", ...known, ...more } as const
      })
  }
}

const windowOf = ({ from, to }: Broker.TimeWindow) => ({ from: Instant.format(from), to: Instant.format(to) })

/** What is asked of orders and executions. */
const orderReads = (account: AccountName.AccountName, ask: Ask) => {
  const reports = reportsOf(account)
  const ordersBy = (query: Query) =>
    Effect.map(all(ask, "orders", "/v1/orders", query, Wire.Order), (rows) =>
      rows.map(({ shown, text }) => reports.seen(shown, text))
    )
  const executionsBy = (query: Query) =>
    Effect.map(all(ask, "fills", "/v1/executions", query, Wire.Execution), (rows) => ({
      complete: true,
      received: rows.map(({ shown, text }) => reports.executed(shown, text))
    }))
  return {
    lookup: (clientOrderId: ClientOrderId.ClientOrderId) =>
      Effect.gen(function* () {
        const [found] = yield* ordersBy({ client_id: clientOrderId })
        return found ?? (yield* reports.notFound({ clientOrderId, brokerOrderId: undefined }))
      }),
    order: (brokerOrderId: ClientOrderId.BrokerOrderId) =>
      Effect.gen(function* () {
        const answer = yield* read(ask, "order", pathOf(brokerOrderId))
        if (answer.status === 404) return yield* reports.notFound({ brokerOrderId, clientOrderId: undefined })
        return reports.seen(yield* contents("order", Wire.Order, answer), answer.text)
      }),
    orders: (window: Broker.TimeWindow) =>
      Effect.map(ordersBy(windowOf(window)), (received) => ({ complete: true, received })),
    fills: (window: Broker.TimeWindow) => executionsBy(windowOf(window)),
    fillsOf: (brokerOrderId: ClientOrderId.BrokerOrderId) => executionsBy({ order_id: brokerOrderId })
  }
}

/** Orders and their cancels: each is asked for once. */
const sending = (account: AccountName.AccountName, ask: Ask): Pick<Broker.BrokerService, "prepare" | "cancel"> => ({
  prepare: (asked) =>
    Either.map(taken(account, asked), (terms) => {
      const body = bodyOf(terms)
      return {
        request: Wire.kept(body, { method: "POST", endpoint: "/v1/orders" }),
        send: (attemptId) =>
          Effect.gen(function* () {
            const outcome = yield* ask("POST", "/v1/orders", body)
            const answer = answerOf(terms, outcome)
            const httpStatus = outcome._tag === "Answered" ? outcome.status : undefined
            const asOf = yield* now
            return {
              report: { _tag: "Answered", account, asOf, asOfKind: "ours", attemptId, answer, httpStatus },
              payload: outcome._tag === "Answered" ? Wire.kept(outcome.text) : undefined
            }
          })
      }
    }),
  cancel: ({ brokerOrderIds }) =>
    Effect.map(ask("DELETE", pathOf(ClientOrderId.current(brokerOrderIds))), (outcome) =>
      HttpOutcome.cancelAnswerOf(outcome, new Set([202]), Wire.wording.wordsOf, (answer) => {
        const code = Wire.problemOf(answer)?.code
        return code === "has_ended" || code === "not_found" ? { code, hasEnded: true } : undefined
      })
    )
})

/** An account at Corner. An address that is not Corner's, nor of this machine, gets no key. */
export const make = (
  account: AccountName.AccountName,
  config: Wire.Config
): Either.Either<Broker.BrokerService, Address.UnknownHost> =>
  Either.map(Address.judge(config.baseUrl, Wire.hosts), ({ environment, origin }) => {
    const ask = Wire.asking({ ...config, baseUrl: origin })
    return {
      name: "corner",
      // An address of this machine proves nothing: `proof` asks the account itself.
      environment: environment === "live" ? "live" : "paper",
      capabilities,
      ...sending(account, ask),
      ...orderReads(account, ask),
      ...accountReads(ask),
      updates: undefined
    }
  })
