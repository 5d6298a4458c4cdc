import { Clock, Effect, Either, Fiber, Option, type Scope, Stream } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { BrokerOrderId } from "../values/ClientOrderId.ts"
import type { Ticker } from "../records/Ticker.ts"
import * as Decimal from "../values/Decimal.ts"
import * as Price from "../values/Price.ts"
import * as Quantity from "../values/Quantity.ts"
import { OrderState, type AcknowledgedOrder } from "../records/OrderState.ts"
import { orderTypes, sessions, timesInForce, type OrderTerms, type OrderType } from "../records/OrderTerms.ts"
import { faultOf, type Asked } from "../records/SupportedOrders.ts"
import { type BrokerReadFailed, type BrokerService, type Refusal, type TimeWindow, isWhole } from "../ports/Broker.ts"
import type { Answer, Executed, OrderSeen, Report } from "../records/Report.ts"
import * as Instant from "../values/Instant.ts"
import { skewOf } from "../values/skew.ts"
import { type ContractBroken, same } from "./promise.ts"
import * as SampleOrder from "./SampleOrder.ts"

/** What the exchange behind a broker is told: about the next order that it gets, or, with `fails to read`, about the next reads of orders. */
export type Told = "works" | "refuses" | "loses the answer" | "fails to read"

/** A broker under test, whose exchange has no order yet, and fills each at once unless it is told otherwise. */
export interface Place {
  readonly broker: BrokerService
  readonly account: AccountName
  /** A stock that the broker knows, and one that it does not. */
  readonly symbol: Ticker
  readonly unknownSymbol: Ticker
  /** An id as the broker makes them that no order has; a random one of 36 characters where it is left away. */
  readonly unknownOrderId?: BrokerOrderId
  readonly tell: (told: Told) => Effect.Effect<void>
}

/** What a clause asks of a broker: that it finds orders by our ids, takes each id once, tells of changes by itself. */
export type Capability = "client order ids" | "unique client order ids" | "streaming"

/** Whatever a clause can fail with. */
export type ClauseFailure = ContractBroken | BrokerReadFailed | Refusal

/** One promise of a broker: its name, what it asks of it, and how it is proven. It fails where the promise is broken. */
export interface Clause {
  readonly name: string
  readonly needs: ReadonlyArray<Capability>
  readonly run: (place: Place) => Effect.Effect<void, ClauseFailure, Scope.Scope>
}

/** A market order of three shares under a client order id of its own. */
const termsAt = ({ account, symbol }: Pick<Place, "account" | "symbol">): OrderTerms =>
  SampleOrder.terms(account, { symbol, quantity: Quantity.unsafe("3"), referencePrice: Price.unsafe("150") })

let attempts = 0

const send = ({ broker }: Place, terms: OrderTerms) => SampleOrder.send(broker, terms, ++attempts)

/** An answer's tag, and its id where the order was taken. */
const idOf = (answer: Answer): BrokerOrderId | undefined =>
  answer._tag === "Accepted" ? answer.brokerOrderId : undefined

const NO_ID = BrokerOrderId.make("no-such-order")

/** Sends an order that is taken; its terms and its id. */
const sent = (place: Place) =>
  Effect.gen(function* () {
    const terms = termsAt(place)
    const { answer } = yield* send(place, terms)
    yield* same("an order that is taken is answered with the broker's id", answer._tag, "Accepted")
    return { terms, id: idOf(answer) ?? NO_ID }
  })

const HOUR_MS = 3_600_000

const around: Effect.Effect<TimeWindow> = Effect.map(Clock.currentTimeMillis, (now) => ({
  from: Instant.fromMillis(now - HOUR_MS),
  to: Instant.fromMillis(now + HOUR_MS)
}))

const shownOrder = ({ brokerOrderId, clientOrderId, quantity, side, symbol }: OrderSeen) => ({
  brokerOrderId,
  clientOrderId,
  symbol,
  side,
  quantity: Decimal.format(quantity)
})

/** As it is to be found; a broker without our ids shows none. */
const wantedOrder = ({ broker }: Place, terms: OrderTerms, brokerOrderId: BrokerOrderId) => ({
  brokerOrderId,
  clientOrderId: broker.capabilities.clientOrderIds ? terms.clientOrderId : undefined,
  symbol: terms.symbol,
  side: terms.side,
  quantity: Decimal.format(terms.quantity)
})

const MOST_READS = 100

/** Reads an order until it is so, some seconds at most: a broker may be behind its own answers. */
const readUntil = ({ broker }: Place, id: BrokerOrderId, isSo: (order: OrderSeen) => boolean) =>
  Effect.gen(function* () {
    for (let reads = 1; ; reads++) {
      const { report } = yield* broker.order(id)
      if (reads === MOST_READS || (report._tag === "OrderSeen" && isSo(report))) return report
      yield* Effect.sleep("20 millis")
    }
  })

const isClosed = ({ state }: OrderSeen): boolean => state._tag === "Closed"

const filled = (place: Place) =>
  Effect.tap(sent(place), ({ id }) =>
    Effect.flatMap(readUntil(place, id, isClosed), (report) =>
      same(
        "an order that fills is closed as filled, with its shares",
        report._tag === "OrderSeen" && [report.state, report.cumulative && Decimal.format(report.cumulative)],
        [{ _tag: "Closed", kind: "filled" }, "3"]
      )
    )
  )

const total = (fills: ReadonlyArray<Executed>): string =>
  Decimal.format(fills.reduce((sum, { quantity }) => Decimal.add(sum, quantity), Decimal.zero))

const shownFill = ({ execId, execIdBase, quantity, revision, side, symbol }: Executed) => ({
  execId,
  execIdBase,
  revision,
  symbol,
  side,
  quantity: Decimal.format(quantity)
})

const pure: Clause = {
  name: "preparing an order sends nothing, and makes the same bytes of the same terms",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const terms = termsAt(place)
      const [one, two] = [yield* place.broker.prepare(terms), yield* place.broker.prepare(terms)]
      yield* same("the request is the same bytes each time", one.request.bytes, two.request.bytes)
      const listed = yield* place.broker.orders(yield* around)
      yield* same("nothing was sent", [isWhole(listed), listed.received.length], [true, 0])
    })
}

const taken: Clause = {
  name: "an order that is taken is found with its terms by the broker's id and in the listing of its window",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      yield* place.tell("works")
      const { id, terms } = yield* sent(place)
      const { report } = yield* place.broker.order(id)
      const wanted = wantedOrder(place, terms, id)
      yield* same("it is read by its id", report._tag === "OrderSeen" && shownOrder(report), wanted)
      yield* same("it is open", report._tag === "OrderSeen" && report.state, { _tag: "Open" })
      const { from, to } = yield* around
      const listed = yield* place.broker.orders({ from, to })
      yield* same(
        "it is listed",
        [isWhole(listed), listed.received.map((each) => shownOrder(each.report))],
        [true, [wanted]]
      )
      const later = { from: Instant.addMillis(to, HOUR_MS), to: Instant.addMillis(to, 2 * HOUR_MS) }
      const none = yield* place.broker.orders(later)
      yield* same("another window does not list it", none.received.length, 0)
      yield* same("every report is of the account", report.account, place.account)
    })
}

const byOurId: Clause = {
  name: "an order is found by our own id; an id that it never had is not found, and that is no failure",
  needs: ["client order ids"],
  run: (place) =>
    Effect.gen(function* () {
      const { lookup } = place.broker
      yield* same("it can be asked by our ids", lookup === undefined, false)
      if (lookup === undefined) return
      yield* place.tell("works")
      const { id, terms } = yield* sent(place)
      const { report } = yield* lookup(terms.clientOrderId)
      yield* same("it is found", report._tag === "OrderSeen" && shownOrder(report), wantedOrder(place, terms, id))
      const none = yield* lookup(termsAt(place).clientOrderId)
      yield* same("what was never sent is not found", none.report._tag, "NotFound")
    })
}

const NOBODYS = BrokerOrderId.make("00000000-0000-4000-8000-000000000000")

const notThere: Clause = {
  name: "an order that the broker does not have is not found, and that is no failure",
  needs: [],
  run: ({ account, broker, unknownOrderId = NOBODYS }) =>
    Effect.gen(function* () {
      const { report } = yield* broker.order(unknownOrderId)
      yield* same("it is not found", [report._tag, report.account], ["NotFound", account])
    })
}

const fills: Clause = {
  name: "FILL-2, SYNC-2: what an order filled is the same however and however often it is asked for, and sums to its total",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const { broker } = place
      const { id, terms } = yield* filled(place)
      const own = (yield* broker.fillsOf(id)).received.map(({ report }) => report)
      yield* same("executions sum to the order's total", total(own), Decimal.format(terms.quantity))
      yield* same("each has its price", own.filter(({ price }) => price === undefined).length, 0)
      yield* same("they are the order's", [...new Set(own.map((each) => each.brokerOrderId))], [id])
      const shown = own.map((each) => shownFill(each))
      const again = (yield* broker.fillsOf(id)).received.map(({ report }) => shownFill(report))
      yield* same("they are the same when they are asked for again", again, shown)
      const listed = yield* broker.fills(yield* around)
      const inWindow = listed.received.map(({ report }) => shownFill(report))
      yield* same("and in the listing of their window", [isWhole(listed), inWindow], [true, shown])
      const { holdings } = yield* broker.positions
      const held = holdings.map(({ quantity, symbol }) => [symbol, Decimal.format(quantity)])
      yield* same("the shares are held", held, [[terms.symbol, "3"]])
    })
}

const refused: Clause = {
  name: "AUD-7: an order that is refused is answered with the broker's words, and there is no order",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      yield* place.tell("refuses")
      const { answer } = yield* send(place, termsAt(place))
      yield* same("it is refused", answer._tag, "Refused")
      yield* same("in words", answer._tag === "Refused" && answer.words !== "" && answer.code !== "", true)
      yield* same("there is none", (yield* place.broker.orders(yield* around)).received.length, 0)
    })
}

const lost: Clause = {
  name: "where the answer is lost nothing is known, and the order is found by asking for our id",
  needs: ["client order ids"],
  run: (place) =>
    Effect.gen(function* () {
      yield* place.tell("loses the answer")
      const terms = termsAt(place)
      const { answer } = yield* send(place, terms)
      yield* same("what became of it is unknown", answer._tag, "Unknown")
      const { lookup } = place.broker
      const found = lookup === undefined ? undefined : (yield* lookup(terms.clientOrderId)).report
      yield* same("the order is there", found?._tag === "OrderSeen" && found.clientOrderId, terms.clientOrderId)
    })
}

const once: Clause = {
  name: "an id is taken once: the same order sent again makes no second one, and is not called refused",
  needs: ["unique client order ids"],
  run: (place) =>
    Effect.gen(function* () {
      const terms = termsAt(place)
      yield* send(place, terms)
      const { answer } = yield* send(place, terms)
      yield* same("the second send is of unknown outcome", answer._tag, "Unknown")
      yield* same("there is one order", (yield* place.broker.orders(yield* around)).received.length, 1)
    })
}

/** A working order as far as a cancel reads it. */
const workingOrder = (id: BrokerOrderId): AcknowledgedOrder =>
  OrderState.Submitted({ brokerOrderIds: [id], acceptedAt: Instant.make(0n) })

const cancelled: Clause = {
  name: "FILL-5, FILL-16: a cancel is a wish: what ended an order is read, and it ends as cancelled with what it had filled",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      yield* place.tell("works")
      const { id } = yield* sent(place)
      const answer = yield* place.broker.cancel(workingOrder(id))
      yield* same("the wish was heard", answer._tag, "Requested")
      const report = yield* readUntil(place, id, isClosed)
      yield* same("it ended by it", report._tag === "OrderSeen" && report.state, {
        _tag: "Closed",
        kind: "cancelled"
      })
      const cumulative = report._tag === "OrderSeen" ? report.cumulative : undefined
      yield* same("nothing had filled", Decimal.format(cumulative ?? Decimal.zero), "0")
    })
}

const tooLate: Clause = {
  name: "a cancel of an order that has filled changes nothing",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const { id } = yield* filled(place)
      const answer = yield* place.broker.cancel(workingOrder(id))
      const said = ["Refused", "Requested"].includes(answer._tag)
      yield* same("it is refused, or heard and of no use", said, true)
      const hasEnded = answer._tag !== "Refused" || answer.hasEnded === true
      yield* same("a refusal says that the order has ended (W11)", hasEnded, true)
      const { report } = yield* place.broker.order(id)
      yield* same("the order is filled", report._tag === "OrderSeen" && report.state, {
        _tag: "Closed",
        kind: "filled"
      })
    })
}

const unread: Clause = {
  name: "FILL-3: a read that does not succeed is a failure: never an order, never that there is none",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      yield* place.tell("works")
      const { id } = yield* sent(place)
      yield* place.tell("fails to read")
      const read = yield* Effect.either(place.broker.order(id))
      yield* same("it fails", Either.isLeft(read) ? read.left._tag : read.right.report._tag, "BrokerReadFailed")
    })
}

const instruments: Clause = {
  name: "an instrument is known with what may be traded of it, or not known",
  needs: [],
  run: ({ broker, symbol, unknownSymbol }) =>
    Effect.gen(function* () {
      const known = yield* broker.instrument(symbol)
      yield* same("it is known", known._tag === "Known" && [known.symbol, known.tradable], [symbol, true])
      const lot = known._tag === "Known" ? known.lot : Decimal.zero
      yield* same("its lot is above zero", Decimal.isPositive(lot), true)
      yield* same("the other is not", (yield* broker.instrument(unknownSymbol))._tag, "NotKnown")
    })
}

const NEAR_MS = 2_000

const times: Clause = {
  name: "where it says what time it is, that is the time, by an exchange on the same clock",
  needs: [],
  run: ({ broker }) =>
    Effect.gen(function* () {
      if (broker.clock === undefined) return
      const before = Instant.fromMillis(yield* Clock.currentTimeMillis)
      const told = yield* broker.clock
      const skew = skewOf(before, told, Instant.fromMillis(yield* Clock.currentTimeMillis))
      yield* same("the clocks agree", skew.leastMs < NEAR_MS, true)
    })
}

const executedIn = (report: Report): Option.Option<Executed> =>
  report._tag === "Executed" ? Option.some(report) : Option.none()

const told: Clause = {
  name: "FILL-10: changes are told by themselves, as they are read",
  needs: ["streaming"],
  run: (place) =>
    Effect.gen(function* () {
      const { broker } = place
      const listening = yield* Effect.forkScoped(
        Stream.runHead(Stream.filterMap(broker.updates ?? Stream.empty, ({ report }) => executedIn(report)))
      )
      const heard = Effect.timeoutOption(Fiber.join(listening), "250 millis")
      // The stream begins at the present: until it does, an order more is sent.
      const next = Effect.zipRight(filled(place), Effect.map(heard, Option.flatten))
      const execution = Option.getOrUndefined(yield* Effect.repeat(next, { until: Option.isSome, times: 12 }))
      yield* same("an execution is told", execution !== undefined, true)
      const read = (yield* broker.fillsOf(execution?.brokerOrderId ?? NO_ID)).received.map(({ report }) => report)
      yield* same(
        "as it is read",
        execution && [shownFill(execution)],
        read.map((each) => shownFill(each))
      )
    })
}

const PRICES: { readonly [T in OrderType]: Pick<OrderTerms, "limitPrice" | "stopPrice"> } = {
  market: { limitPrice: undefined, stopPrice: undefined },
  limit: { limitPrice: Price.unsafe("140"), stopPrice: undefined },
  stop: { limitPrice: undefined, stopPrice: Price.unsafe("160") },
  stop_limit: { limitPrice: Price.unsafe("165"), stopPrice: Price.unsafe("160") }
}

/** Every session, type and time in force together, with the prices that the type needs. */
const everyOrder: ReadonlyArray<Asked> = sessions.flatMap((session) =>
  orderTypes.flatMap((type) => timesInForce.map((timeInForce) => ({ session, type, timeInForce })))
)

const askedFor = (place: Place, asked: Asked): OrderTerms => ({ ...termsAt(place), ...asked, ...PRICES[asked.type] })

const declared: Clause = {
  name: "FILL-16: of all sessions, types and times in force the orders that it declares can be asked for, and no other",
  needs: [],
  run: (place) =>
    Effect.forEach(
      everyOrder,
      (asked) =>
        same(
          `${asked.session} ${asked.type} ${asked.timeInForce}`,
          Either.isRight(place.broker.prepare(askedFor(place, asked))),
          faultOf(place.broker.capabilities.supportedOrders, asked) === undefined
        ),
      { discard: true }
    )
}

const textOf = (price: Price.Price | undefined): string => (price === undefined ? "none" : Decimal.format(price))

/** The type that an order was sent as, by what is shown of it: a broker may make another of it (W1). */
const typeOf = ({ type, typeSent = [] }: OrderSeen, sentAs: OrderType): OrderType | undefined =>
  typeSent.includes(sentAs) ? sentAs : type

const asSent: Clause = {
  name: "FILL-16: an order that rests, of each session and type that it takes, is shown with the terms that it was sent with",
  needs: [],
  run: (place) =>
    Effect.forEach(
      everyOrder.filter(
        (asked) =>
          asked.type !== "market" &&
          (asked.timeInForce === "day" || asked.timeInForce === "gtc") &&
          faultOf(place.broker.capabilities.supportedOrders, asked) === undefined
      ),
      (asked) =>
        Effect.gen(function* () {
          yield* place.tell("works")
          const terms = askedFor(place, asked)
          const { answer } = yield* send(place, terms)
          yield* same(`${asked.session} ${asked.type} ${asked.timeInForce} is taken`, answer._tag, "Accepted")
          const report = yield* readUntil(place, idOf(answer) ?? NO_ID, () => true)
          if (report._tag !== "OrderSeen") return yield* same("it is found", report._tag, "OrderSeen")
          const { limitPrice, session = asked.session, state, stopPrice } = report
          // What the broker made a stop limit order of has a limit of the broker's own.
          const limit = report.type === asked.type ? limitPrice : terms.limitPrice
          yield* same(
            `${asked.session} ${asked.type} ${asked.timeInForce} as it is shown`,
            [state._tag, session, typeOf(report, asked.type), ...[limit, stopPrice].map(textOf)],
            ["Open", asked.session, asked.type, ...[terms.limitPrice, terms.stopPrice].map(textOf)]
          )
        }),
      { discard: true }
    )
}

/** What every broker promises; `needs` says for whom a clause holds. */
export const clauses: ReadonlyArray<Clause> = [
  declared,
  asSent,
  pure,
  taken,
  byOurId,
  notThere,
  fills,
  refused,
  lost,
  once,
  cancelled,
  tooLate,
  unread,
  instruments,
  times,
  told
]
