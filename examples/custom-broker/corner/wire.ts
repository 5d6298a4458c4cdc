import { Decimal, Instant, Price, Side, Ticker } from "@roundlot/core"
import { type Address, ClientOrderId, HttpOutcome, Report } from "@roundlot/core/adapter"
import { Clock, Effect, Either, Schema } from "effect"

/** An order as Corner shows it. */
export const Order = Schema.Struct({
  id: ClientOrderId.BrokerOrderId,
  client_id: Schema.NullOr(Schema.String),
  symbol: Schema.String,
  side: Side.Side,
  quantity: Decimal.FromString,
  type: Schema.Literal("market", "limit"),
  limit_price: Schema.NullOr(Price.Price),
  status: Schema.String,
  filled: Decimal.FromString,
  average_price: Schema.NullOr(Decimal.FromString),
  entered_at: Instant.FromString,
  updated_at: Instant.FromString
})
/** An order as Corner shows it. */
export type Order = typeof Order.Type

/** One revision of an execution; of no shares where it was taken back. */
export const Execution = Schema.Struct({
  id: Schema.String,
  trade: Schema.String,
  revision: Schema.Int,
  order_id: ClientOrderId.BrokerOrderId,
  client_id: Schema.NullOr(Schema.String),
  symbol: Schema.String,
  side: Side.Side,
  quantity: Decimal.FromString,
  price: Price.Price,
  at: Instant.FromString
})
/** One revision of an execution. */
export type Execution = typeof Execution.Type

/** What is held, in signed shares. */
export const Position = Schema.Struct({ symbol: Schema.String, quantity: Decimal.FromString })

/** The account, in dollars. */
export const Account = Schema.Struct({
  id: Schema.String,
  currency: Schema.String,
  buying_power: Decimal.FromString,
  play_money: Schema.Boolean
})

/** What is traded. */
export const Instrument = Schema.Struct({
  symbol: Ticker.Ticker,
  tradable: Schema.Boolean,
  shortable: Schema.Boolean
})

const Problem = Schema.parseJson(Schema.Struct({ code: Schema.String, message: Schema.String }))

/** The problem that an answer names, if it names one. */
export const problemOf = ({ text }: HttpOutcome.Answered) => Either.getOrUndefined(Schema.decodeEither(Problem)(text))

const wordsOf = (answer: HttpOutcome.Answered) => problemOf(answer)?.message ?? `HTTP ${answer.status}`

/** How Corner says what is wrong. */
export const wording: HttpOutcome.Wording = { broker: "Corner", wordsOf, remedy: "check the key of the account" }

/** Bytes as they are kept with what was read from them. */
export const kept = Report.textFrom("corner")

/** Where Corner trades with real money. */
export const LIVE_HOST = "api.corner.example"

/** Corner's hosts, and the money that each is of. */
export const hosts: Address.Hosts = {
  whose: "Corner's",
  known: "https://paper.corner.example",
  environments: new Map([
    ["paper.corner.example", "paper"],
    [LIVE_HOST, "live"]
  ])
}

/** Where an account is, and what opens it. */
export interface Config {
  readonly baseUrl: string
  readonly key: string
}

/** Asks once, whatever comes of it: the outcome says whether anything can have arrived. */
export const asking =
  ({ baseUrl, key }: Config) =>
  (method: string, path: string, body: string | null = null): Effect.Effect<HttpOutcome.HttpOutcome> =>
    Effect.tryPromise({
      try: async (signal) => {
        const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" }
        const response = await fetch(new URL(path, baseUrl), { method, headers, body, signal, redirect: "error" })
        return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() }
      },
      catch: (cause) => HttpOutcome.failed({ _tag: "RequestError", cause })
    }).pipe(
      Effect.flatMap(({ headers, status, text }) =>
        Effect.map(Clock.currentTimeMillis, (now) =>
          HttpOutcome.answered({ status, headers }, text, [], HttpOutcome.retryAfterOf(headers["retry-after"], now))
        )
      ),
      Effect.merge,
      Effect.timeoutTo({ duration: "5 seconds", onTimeout: () => HttpOutcome.late, onSuccess: (outcome) => outcome })
    )
