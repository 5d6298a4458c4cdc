import { Broker, Instant, type AccountName, type Ticker } from "@roundlot/core"
import { Report, type ClientOrderId, type Quote } from "@roundlot/core/adapter"
import type { skew } from "@roundlot/core/ledger"
import { Clock, Effect, Either, Option, Stream } from "effect"
import { InvalidInput, wordsOf as issuesAsWords } from "./Given.ts"
import { issuesIn, type Reply } from "./Replies.ts"

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
 * answered rejects, with a `Broker.BrokerReadFailed` that says why; every other error counts as one of the network's. A `send` or `cancel` that
 * rejects leaves unknown what became of it: the order is in doubt, and is looked for. What is answered is checked when it comes: a figure that is a number, a time
 * that is a date or a field that is missing make it unreadable, which counts as a read that failed, or as a send whose end is unknown.
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

/** Why an answer cannot be read; none where it can. */
const unreadable = (reply: Reply, given: unknown): string | undefined => {
  const issues = issuesIn(reply, given)
  return issues.length === 0 ? undefined : `its answer cannot be read: ${issuesAsWords(issues.slice(0, MOST_ISSUES))}`
}

const MOST_ISSUES = 3

const checked =
  (operation: string, reply: Reply) =>
  <A>(given: A): Effect.Effect<A, Broker.BrokerReadFailed> => {
    const detail = unreadable(reply, given)
    return detail === undefined
      ? Effect.succeed(given)
      : Effect.fail(new Broker.BrokerReadFailed({ operation, kind: "unreadable", detail }))
  }

const read = <A>(
  operation: string,
  asking: () => Promise<A>,
  reply: Reply
): Effect.Effect<A, Broker.BrokerReadFailed> =>
  Effect.flatMap(Effect.tryPromise({ try: asking, catch: failed(operation) }), checked(operation, reply))

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

const unprepared = (error: unknown): Broker.Refusal =>
  error instanceof Broker.Refusal ? error : new Broker.Refusal({ code: "unprepared", words: wordsOf(error) })

/** Why an answer is none to what was sent: it cannot be read, or it is that of another attempt or account. */
const misfit = (
  given: Report.Received<Report.Answered>,
  account: AccountName.AccountName,
  attemptId: Report.Answered["attemptId"]
): string | undefined => {
  const fault = unreadable("send", given)
  if (fault !== undefined) return fault
  const { report } = given
  return report.account === account && report.attemptId === attemptId
    ? undefined
    : `its answer is of attempt ${report.attemptId} of ${report.account}`
}

const prepared =
  (broker: OwnBroker): Service["prepare"] =>
  (terms) =>
    Either.try({ try: () => broker.prepare(terms), catch: unprepared }).pipe(
      Either.filterOrLeft(
        (made) => issuesIn("prepared", made).length === 0,
        (made) => unprepared(`what it prepared cannot be sent: ${issuesAsWords(issuesIn("prepared", made))}`)
      ),
      Either.map((made) => ({
        request: made.request,
        send: (attemptId) =>
          Effect.tryPromise({ try: () => made.send(attemptId), catch: wordsOf }).pipe(
            Effect.filterOrFail(
              (given) => misfit(given, terms.account, attemptId) === undefined,
              (given) => misfit(given, terms.account, attemptId)
            ),
            Effect.catchAll((error) => unknown(terms.account, attemptId, error))
          )
      }))
    )

const cancelled = (asking: () => Promise<Broker.CancelAnswer>): Effect.Effect<Broker.CancelAnswer> =>
  Effect.catchAll(
    Effect.flatMap(Effect.tryPromise({ try: asking, catch: wordsOf }), (answer) => {
      const why = unreadable("cancel", answer)
      return why === undefined ? Effect.succeed(answer) : Effect.fail(why)
    }),
    (why) => Effect.succeed({ _tag: "Unknown", why } as const)
  )

const opened = (updates: NonNullable<OwnBroker["updates"]>) =>
  Effect.try({
    try: () => {
      const ending = new AbortController()
      return { ending, reports: updates(ending.signal)[Symbol.asyncIterator]() }
    },
    catch: failed("updates")
  })

/** An iterator that waits hears of its end by the signal alone: it is not waited for. */
const ended = async ({ ending, reports }: Effect.Effect.Success<ReturnType<typeof opened>>): Promise<void> => {
  ending.abort()
  await reports.return?.()
}

const reportsOf = (updates: NonNullable<OwnBroker["updates"]>): NonNullable<Service["updates"]> =>
  Stream.unwrapScoped(
    Effect.map(
      Effect.acquireRelease(opened(updates), (open) => Effect.sync(() => void ended(open).catch(() => undefined))),
      ({ reports }) =>
        Stream.repeatEffectOption(
          Effect.tryPromise({ try: () => reports.next(), catch: failed("updates") }).pipe(
            Effect.mapError(Option.some),
            Effect.flatMap(({ done, value }) =>
              done === true
                ? Effect.fail(Option.none())
                : Effect.mapError(checked("updates", "updates")(value), Option.some)
            )
          )
        )
    )
  )

/**
 * A broker of promises as the services have it: for the kits of `@roundlot/testing` and for `roundlot.config.ts`. Throws `InvalidInput` where a
 * member is missing or of a wrong type.
 *
 * @example
 * const place = { broker: brokerOf(new HouseBroker()), account }
 */
export const brokerOf = (broker: OwnBroker): Service => {
  const { capabilities, clock, environment, lookup, name, quote, updates } = broker
  const { account, cancel, fills, fillsOf, instrument, order, orders, positions, prepare } = broker
  const asked = { account, cancel, fills, fillsOf, instrument, order, orders, positions, prepare }
  const issues = issuesIn("broker", { ...asked, capabilities, clock, environment, lookup, name, quote, updates })
  if (issues.length > 0) throw new InvalidInput({ what: "a broker of promises", issues })
  return {
    name,
    environment,
    capabilities,
    prepare: prepared(broker),
    cancel: (order) => cancelled(() => broker.cancel(order)),
    lookup: lookup && ((id) => read("lookup", () => lookup.call(broker, id), "order")),
    order: (id) => read("order", () => broker.order(id), "order"),
    orders: (window) => read("orders", () => broker.orders(window), "orders"),
    fills: (window) => read("fills", () => broker.fills(window), "fills"),
    fillsOf: (id) => read("fillsOf", () => broker.fillsOf(id), "fills"),
    positions: read("positions", () => broker.positions(), "positions"),
    account: read("account", () => broker.account(), "account"),
    instrument: (symbol) => read("instrument", () => broker.instrument(symbol), "instrument"),
    clock: clock && read("clock", () => clock.call(broker), "clock"),
    quote: quote && ((symbol) => read("quote", () => quote.call(broker, symbol), "quote")),
    updates: updates && reportsOf((signal) => updates.call(broker, signal))
  }
}
