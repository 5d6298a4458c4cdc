import { Broker, Instant, Report } from "@roundlot/core"
import type { AccountName, ClientOrderId, Quote, skew, Ticker } from "@roundlot/core"
import { Clock, Effect, Either, Stream } from "effect"

type Service = Broker.BrokerService

type Value<A> = A extends Effect.Effect<infer Given, unknown> ? Given : never

type Asked<Method extends keyof Service> = Service[Method] extends (...asked: infer Given) => unknown ? Given : never

type Answer<Method extends keyof Service> = Service[Method] extends (...asked: never) => infer Given
  ? Promise<Value<Given>>
  : never

/** An order made ready to be sent; `send` is called once for each attempt. */
export interface OwnPrepared {
  readonly request: Report.RawPayload
  readonly send: (...asked: Parameters<Broker.Prepared["send"]>) => Promise<Report.Received<Report.Answered>>
}

/**
 * A broker of one's own whose answers are promises; its members are those of `Broker.BrokerService` that a broker has to have. A read that cannot be
 * answered rejects, with a `Broker.BrokerReadFailed` that says why: any other error counts as one of the network's. What `send` or `cancel` reject with
 * leaves unknown what became of it: the order is in doubt, and is looked for.
 */
export interface OwnBroker {
  readonly name: string
  readonly environment: Broker.Environment
  readonly capabilities: Broker.Capabilities
  /** The request for an order, pure. Throws a `Broker.Refusal` where the broker takes none such. */
  readonly prepare: (...terms: Asked<"prepare">) => OwnPrepared
  readonly cancel: (...asked: Asked<"cancel">) => Answer<"cancel">
  readonly lookup?: (
    clientOrderId: ClientOrderId.ClientOrderId
  ) => Promise<Report.Received<Report.OrderSeen | Report.NotFound>>
  readonly order: (...asked: Asked<"order">) => Answer<"order">
  readonly orders: (...asked: Asked<"orders">) => Answer<"orders">
  readonly fills: (...asked: Asked<"fills">) => Answer<"fills">
  readonly fillsOf: (...asked: Asked<"fillsOf">) => Answer<"fillsOf">
  readonly positions: () => Promise<Broker.HoldingsListed>
  readonly account: () => Promise<Broker.BrokerAccount>
  readonly instrument: (...asked: Asked<"instrument">) => Answer<"instrument">
  /** What time it is there; left away where it does not say. */
  readonly clock?: () => Promise<skew.BrokersTime>
  /** What it says of an instrument's market now; left away where it has no quotes. */
  readonly quote?: (symbol: Ticker.Ticker) => Promise<Quote.Quote>
  /** Reports as they happen, until the signal is aborted. */
  readonly updates?: (signal: AbortSignal) => AsyncIterable<Report.Received>
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const failed =
  (operation: string) =>
  (error: unknown): Broker.BrokerReadFailed =>
    error instanceof Broker.BrokerReadFailed
      ? error
      : new Broker.BrokerReadFailed({ operation, kind: "network", detail: wordsOf(error) })

const read = <A>(operation: string, asking: () => Promise<A>): Effect.Effect<A, Broker.BrokerReadFailed> =>
  Effect.tryPromise({ try: asking, catch: failed(operation) })

/** Nobody knows what became of a send that rejected: the order may be live (C3). */
const unknown = (
  account: AccountName.AccountName,
  attemptId: Report.Answered["attemptId"],
  error: unknown
): Effect.Effect<Report.Received<Report.Answered>> =>
  Effect.map(Clock.currentTimeMillis, (ms) => ({
    report: {
      _tag: "Answered",
      account,
      asOf: Instant.fromMillis(ms),
      asOfKind: "ours",
      attemptId,
      answer: Report.Answer.Unknown({ why: wordsOf(error), candidate: undefined }),
      httpStatus: undefined
    },
    payload: undefined
  }))

const prepared =
  (broker: OwnBroker): Service["prepare"] =>
  (terms) =>
    Either.try({
      try: () => broker.prepare(terms),
      catch: (error) =>
        error instanceof Broker.Refusal ? error : new Broker.Refusal({ code: "unprepared", words: wordsOf(error) })
    }).pipe(
      Either.map(({ request, send }) => ({
        request,
        send: (attemptId) =>
          Effect.catchAll(Effect.tryPromise({ try: () => send(attemptId), catch: (error) => error }), (error) =>
            unknown(terms.account, attemptId, error)
          )
      }))
    )

/**
 * A broker of promises as the services have it: for the kits of `@roundlot/core/testing` and for `roundlot.config.ts`.
 *
 * @example
 * const place = { broker: brokerOf(new HouseBroker()), account }
 */
export const brokerOf = (broker: OwnBroker): Service => {
  const { capabilities, clock, environment, lookup, name, quote, updates } = broker
  return {
    name,
    environment,
    capabilities,
    prepare: prepared(broker),
    cancel: (order) =>
      Effect.tryPromise({ try: () => broker.cancel(order), catch: wordsOf }).pipe(
        Effect.catchAll((why) => Effect.succeed({ _tag: "Unknown", why } as const))
      ),
    lookup: lookup && ((id) => read("lookup", () => lookup.call(broker, id))),
    order: (id) => read("order", () => broker.order(id)),
    orders: (window) => read("orders", () => broker.orders(window)),
    fills: (window) => read("fills", () => broker.fills(window)),
    fillsOf: (id) => read("fillsOf", () => broker.fillsOf(id)),
    positions: read("positions", () => broker.positions()),
    account: read("account", () => broker.account()),
    instrument: (symbol) => read("instrument", () => broker.instrument(symbol)),
    clock: clock && read("clock", () => clock.call(broker)),
    quote: quote && ((symbol) => read("quote", () => quote.call(broker, symbol))),
    updates:
      updates &&
      Stream.unwrapScoped(
        Effect.map(
          Effect.acquireRelease(
            Effect.sync(() => new AbortController()),
            (ending) => Effect.sync(() => ending.abort())
          ),
          (ending) => Stream.fromAsyncIterable(updates.call(broker, ending.signal), failed("updates"))
        )
      )
  }
}
