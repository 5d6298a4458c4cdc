import { AccountName, Decimal, Instant, Price, Quantity, Ticker } from "@roundlot/core"
import { ClientOrderId, Id, Report } from "@roundlot/core/adapter"
import type { Broker } from "@roundlot/core"
import type { OrderTerms } from "@roundlot/core/adapter"
import type { BrokerContract } from "@roundlot/testing"
import { Effect, Either, Stream } from "effect"

type Place = BrokerContract.Place
type Service = Broker.BrokerService

/** What makes a wrong broker of a right one, in its place. */
type Wrong = (place: Place) => Place

/** A wrong broker: the beginning of the name of the clause that finds it, what it does wrong, and how. */
export type WrongBroker = readonly [breaks: string, does: string, wrong: Wrong]

const broker =
  (change: (broker: Service, place: Place) => Partial<Service>): Wrong =>
  (place) => ({ ...place, broker: { ...place.broker, ...change(place.broker, place) } })

let salt = 0

const received =
  <R extends Report.Report, S extends Report.Report>(change: (report: R) => S) =>
  ({ payload, report }: Report.Received<R>): Report.Received<S> => ({ payload, report: change(report) })

type ReadReport = Report.OrderSeen | Report.NotFound

/** Shows every order otherwise, wherever it is shown. */
const orderAs = (change: (order: Report.OrderSeen) => Report.OrderSeen): Wrong => {
  const read = received((report: ReadReport) => (report._tag === "OrderSeen" ? change(report) : report))
  const told = received((report: Report.Report) => (report._tag === "OrderSeen" ? change(report) : report))
  return broker(({ lookup, order, orders, updates }) => ({
    order: (id) => Effect.map(order(id), read),
    lookup: lookup && ((id) => Effect.map(lookup(id), read)),
    orders: (window) =>
      Effect.map(orders(window), (listing) => ({ ...listing, received: listing.received.map(received(change)) })),
    updates: updates && Stream.map(updates, told)
  }))
}

/** Reports every execution otherwise, wherever it is reported. */
const fillAs = (change: (execution: Report.Executed) => Report.Executed): Wrong => {
  const told = received((report: Report.Report) => (report._tag === "Executed" ? change(report) : report))
  return (place) =>
    broker(({ updates }) => ({ updates: updates && Stream.map(updates, told) }))(
      fillsAs((all) => all.map(received(change)))(place)
    )
}

type Fills = ReadonlyArray<Report.Received<Report.Executed>>

/** Lists executions otherwise, of a window and of an order. */
const fillsAs = (change: (all: Fills) => Fills): Wrong =>
  broker(({ fills, fillsOf }) => ({
    fills: (window) => Effect.map(fills(window), (listing) => ({ ...listing, received: change(listing.received) })),
    fillsOf: (id) => Effect.map(fillsOf(id), (listing) => ({ ...listing, received: change(listing.received) }))
  }))

type Orders = ReadonlyArray<Report.Received<Report.OrderSeen>>

const ordersAs = (change: (all: Orders) => Orders): Wrong =>
  broker(({ orders }) => ({
    orders: (window) => Effect.map(orders(window), (listing) => ({ ...listing, received: change(listing.received) }))
  }))

/** Asks for other terms than it was asked for. */
const termsAs = (change: (terms: OrderTerms.OrderTerms) => OrderTerms.OrderTerms): Wrong =>
  broker(({ prepare }) => ({ prepare: (terms) => prepare(change(terms)) }))

/** Shows the right request, and sends another. */
const sendsAs = (change: (terms: OrderTerms.OrderTerms) => OrderTerms.OrderTerms): Wrong =>
  broker(({ prepare }) => ({
    prepare: (terms) =>
      Either.flatMap(prepare(terms), ({ request }) =>
        Either.map(prepare(change(terms)), ({ send }) => ({ request, send }))
      )
  }))

const answersAs = (change: (answered: Report.Answered) => Report.Answered): Wrong =>
  broker(({ prepare }) => ({
    prepare: (terms) =>
      Either.map(prepare(terms), ({ request, send }) => ({
        request,
        send: (attemptId) => Effect.map(send(attemptId), received(change))
      }))
  }))

/** Gives an answer of this kind in place of one of that. */
const answering = (tag: Report.Answer["_tag"], answer: Report.Answer): Wrong =>
  answersAs((answered) => (answered.answer._tag === tag ? { ...answered, answer } : answered))

const holdsAs = (change: (holdings: ReadonlyArray<Broker.Holding>) => ReadonlyArray<Broker.Holding>): Wrong =>
  broker(({ positions }) => ({
    positions: Effect.map(positions, (listed) => ({ ...listed, holdings: change(listed.holdings) }))
  }))

const REFUSED = Report.Answer.Refused({ code: "x", words: "x", class: "final" })
const NOT_SENT = Report.Answer.NotSent({ why: "x", retryAfterMs: undefined })
const UNKNOWN = Report.Answer.Unknown({ why: "x", candidate: undefined })
const OTHER = ClientOrderId.BrokerOrderId.make("other")
const ACCEPTED = Report.Answer.Accepted({ brokerOrderId: OTHER })

const hours = (at: Instant.Instant, count: number) => Instant.addMillis(at, count * 3_600_000)
const times = (number: Decimal.Decimal, factor: string) => Decimal.multiply(number, Decimal.unsafe(factor))
const priced = (price: Price.Price | undefined, factor: string) => price && Price.make(times(price, factor))
const toCents = (price: Price.Price | undefined) => price && Price.make(Decimal.floorTo(price, Decimal.unsafe("0.01")))
const wide: Broker.TimeWindow = { from: Instant.make(0n), to: Instant.latest }
const whole = { complete: true, received: [] }
const asMarket = { type: "market", limitPrice: undefined, stopPrice: undefined } as const
const inDay = (terms: OrderTerms.OrderTerms) => ({ ...terms, session: "regular", timeInForce: "day" }) as const

const notFound = (
  account: AccountName.AccountName,
  brokerOrderId: ClientOrderId.BrokerOrderId | undefined,
  clientOrderId: ClientOrderId.ClientOrderId | undefined
): Report.Received<Report.NotFound> => ({
  report: {
    _tag: "NotFound",
    account,
    asOf: Instant.make(0n),
    asOfKind: "ours",
    brokerOrderId,
    clientOrderId,
    complete: true
  },
  payload: undefined
})

/** Of a broker that charges for each execution. */
const charging: Wrong = (place) => {
  const commission = { amount: Decimal.unsafe("0.35"), currency: "USD" }
  return { ...fillAs((execution) => ({ ...execution, commission }))(place), stage: { ...place.stage, commission } }
}

const HELD = "held_for_review"

/** Of a broker whose open orders have a status that it documents nowhere. */
const holding: Wrong = (place) => ({
  ...orderAs((order) => (order.state._tag === "Open" ? { ...order, rawStatus: HELD } : order))(place),
  stage: {
    ...place.stage,
    unknownStatus: Effect.as(Effect.orDie(place.tell?.("works") ?? Effect.void), HELD)
  }
})

/** Of a broker that can prove what it says. */
const proving =
  (proof: Broker.Proof): Wrong =>
  (place) => ({
    ...broker(() => ({ proof: Effect.succeed(proof) }))(place),
    stage: { ...place.stage, atRealMoney: Effect.succeed({ environment: "live" }) }
  })

const then =
  (...changes: ReadonlyArray<Wrong>): Wrong =>
  (place) =>
    changes.reduce((changed, change) => change(changed), place)

const requests: ReadonlyArray<WrongBroker> = [
  [
    "FILL-16: of all sessions",
    "sends in the regular session what it does not take in the extended one",
    broker(({ prepare }) => ({ prepare: (terms) => Either.orElse(prepare(terms), () => prepare(inDay(terms))) }))
  ],
  [
    "preparing an order sends nothing",
    "makes other bytes each time",
    broker(({ prepare }) => ({
      prepare: (terms) =>
        Either.map(prepare(terms), (prepared) => ({
          ...prepared,
          request: { ...prepared.request, bytes: new TextEncoder().encode(`${salt++}`) }
        }))
    }))
  ],
  ["FILL-16: orders that differ", "sends a sell as a buy", termsAs((terms) => ({ ...terms, side: "buy" }))],
  [
    "FILL-16: orders that differ",
    "sends a limit order as a market order",
    termsAs((terms) => (terms.type === "limit" ? { ...terms, ...asMarket } : terms))
  ],
  [
    "FILL-16: orders that differ",
    "sends a stop order as a market order",
    termsAs((terms) => (terms.type === "stop" ? { ...terms, ...asMarket } : terms))
  ],
  [
    "FILL-16: orders that differ",
    "loses the time in force",
    termsAs((terms) => (terms.timeInForce === "gtc" ? { ...terms, timeInForce: "day" } : terms))
  ],
  [
    "FILL-16: orders that differ",
    "loses the flag of the extended session",
    termsAs((terms) => ({ ...terms, session: "regular" }))
  ],
  [
    "FILL-16: orders that differ",
    "rounds limit prices to cents",
    termsAs((terms) => ({ ...terms, limitPrice: toCents(terms.limitPrice) }))
  ],
  [
    "FILL-16: orders that differ",
    "rounds stop prices to cents",
    termsAs((terms) => ({ ...terms, stopPrice: toCents(terms.stopPrice) }))
  ],
  [
    "FILL-16: orders that differ",
    "asks for at most a hundred shares",
    termsAs((terms) => ({ ...terms, quantity: Quantity.make(Decimal.min(terms.quantity, Decimal.unsafe("100"))) }))
  ],
  [
    "FILL-16: orders that differ",
    "sends one symbol for every other",
    termsAs((terms) => ({ ...terms, symbol: Ticker.Ticker.make("AAPL") }))
  ],
  [
    "FILL-16: orders that differ",
    "sends every order under one client id",
    termsAs((terms) => ({ ...terms, clientOrderId: ClientOrderId.ClientOrderId.make("rl1-one") }))
  ],
  [
    "an order of another account",
    "takes another account's terms for its own",
    broker(({ prepare }, { account }) => ({ prepare: (terms) => prepare({ ...terms, account }) }))
  ],
  [
    "a fraction of a share",
    "cuts fractions off",
    termsAs((terms) => ({ ...terms, quantity: Quantity.make(Decimal.floorTo(terms.quantity, Decimal.unsafe("1"))) }))
  ],
  [
    "what it declares and what it has agree",
    "declares a stream that it does not have",
    broker(() => ({ updates: undefined }))
  ],
  [
    "what it declares and what it has agree",
    "declares no look-up, and has one",
    broker(({ capabilities }) => ({ capabilities: { ...capabilities, clientOrderIds: false } }))
  ],
  ["a broker of play money says paper", "says live", broker(() => ({ environment: "live" }))],
  [
    "a broker that says paper",
    "says paper of an account that it cannot prove",
    proving({ _tag: "Unproven", seen: "x", remedy: "x" })
  ],
  [
    "a broker of real money says live",
    "says paper of an account of real money",
    (place) => ({
      ...proving({ _tag: "Paper" })(place),
      stage: { atRealMoney: Effect.succeed({ environment: "paper" }) }
    })
  ]
]

const answers: ReadonlyArray<WrongBroker> = [
  [
    "FILL-16: what arrives",
    "shows the right request, and sends a buy for a sell",
    sendsAs((terms) => ({ ...terms, side: "buy" }))
  ],
  [
    "FILL-16: what arrives",
    "shows the right request, and sends day orders",
    sendsAs((terms) => (terms.timeInForce === "gtc" ? { ...terms, timeInForce: "day" } : terms))
  ],
  [
    "FILL-16: an order that rests",
    "shows the right request, and sends a market order",
    sendsAs((terms) => ({ ...terms, ...asMarket }))
  ],
  [
    "FILL-16: an order that rests",
    "shows another stop price",
    orderAs((order) => ({ ...order, stopPrice: order.stopPrice && Price.unsafe("161") }))
  ],
  [
    "FILL-16: an order that rests",
    "shows every order as one of the regular session",
    orderAs((order) => ({ ...order, session: "regular" }))
  ],
  [
    "FILL-16: an order that rests",
    "shows a resting order as ended",
    orderAs((order) => ({ ...order, state: { _tag: "Closed", kind: "expired" } }))
  ],
  [
    "an order that is taken is found",
    "shows the other side",
    orderAs((order) => ({ ...order, side: order.side === "buy" ? "sell" : "buy" }))
  ],
  [
    "an order that is taken is found",
    "shows orders in lots of a hundred shares",
    orderAs((order) => ({ ...order, quantity: times(order.quantity, "0.01") }))
  ],
  [
    "an order that is taken is found",
    "shows another client id",
    orderAs((order) => ({ ...order, clientOrderId: "rl1-another" }))
  ],
  [
    "an order that is taken is found",
    "shows another account",
    orderAs((order) => ({ ...order, account: AccountName.AccountName.make("other") }))
  ],
  [
    "an order that is taken is found",
    "lists orders of all windows",
    broker(({ orders }) => ({ orders: () => orders(wide) }))
  ],
  [
    "an order that is taken is found",
    "never comes to the last page of orders",
    broker(() => ({ orders: () => Effect.never }))
  ],
  [
    "an order that is taken is found",
    "reads the same page of orders again and again",
    broker(({ orders }) => ({ orders: (window) => Effect.forever(Effect.zipRight(orders(window), Effect.sleep(1))) }))
  ],
  [
    "an order that is taken is found",
    "throws where it reads an order",
    broker(() => ({ order: () => Effect.dieMessage("undefined is not a function") }))
  ],
  [
    "an answer is of its attempt",
    "answers with another attempt",
    answersAs((answered) => ({ ...answered, attemptId: Id.AttemptId.make(7) }))
  ],
  ["an answer is of its attempt", "answers with one id for all orders", answering("Accepted", ACCEPTED)],
  [
    "an answer is of its attempt",
    "answers as of another time",
    answersAs((answered) => ({ ...answered, asOf: Instant.make(answered.asOf / 1000n) }))
  ],
  ["AUD-7: an order that is refused", "says that it was not sent", answering("Refused", NOT_SENT)],
  ["AUD-7: an order that is refused", "calls it accepted", answering("Refused", ACCEPTED)],
  ["AUD-7: an order that is refused", "does not know what became of it", answering("Refused", UNKNOWN)],
  [
    "AUD-7: an order that is refused",
    "loses the broker's words",
    answersAs((answered) =>
      answered.answer._tag === "Refused" ? { ...answered, answer: { ...REFUSED, words: "" } } : answered
    )
  ],
  [
    "a send is made once",
    "sends again where the answer is lost",
    broker(({ prepare }) => ({
      prepare: (terms) =>
        Either.map(prepare(terms), ({ request, send }) => ({
          request,
          send: (attemptId) =>
            Effect.tap(send(attemptId), ({ report }) =>
              report.answer._tag === "Unknown"
                ? Effect.ignore(
                    Effect.flatMap(
                      prepare({ ...terms, clientOrderId: ClientOrderId.ClientOrderId.make(`rl1-again-${salt++}`) }),
                      (again) => again.send(attemptId)
                    )
                  )
                : Effect.void
            )
        }))
    }))
  ],
  ["where the answer is lost", "calls it refused", answering("Unknown", REFUSED)],
  ["where the answer is lost", "calls it not sent", answering("Unknown", NOT_SENT)],
  ["an id is taken once", "calls the second send refused", answering("Unknown", REFUSED)],
  ["an id is taken once", "calls the second send accepted", answering("Unknown", ACCEPTED)],
  [
    "an id is taken once",
    "makes a second order",
    sendsAs((terms) => ({ ...terms, clientOrderId: ClientOrderId.ClientOrderId.make(`rl1-again-${salt++}`) }))
  ],
  [
    "an order is found by our own id",
    "finds none",
    broker((_, { account }) => ({ lookup: (id) => Effect.succeed(notFound(account, undefined, id)) }))
  ],
  [
    "an order is found by our own id",
    "finds the newest order, whatever it is asked for",
    broker(({ orders, lookup }) => ({
      lookup: (id) =>
        Effect.flatMap(orders(wide), (all) => {
          const newest = all.received.at(-1)
          return newest === undefined ? (lookup?.(id) ?? Effect.dieMessage("none")) : Effect.succeed(newest)
        })
    }))
  ]
]

const orders: ReadonlyArray<WrongBroker> = [
  [
    "SYNC-2: several orders that have filled",
    "reads when an order was entered in a zone of its own",
    orderAs((order) => ({ ...order, enteredAt: order.enteredAt && hours(order.enteredAt, -5) }))
  ],

  [
    "SYNC-2: several orders that have filled",
    "lists one row and calls that complete",
    ordersAs((all) => all.slice(0, 1))
  ],
  ["SYNC-2: several orders that have filled", "lists a page twice", ordersAs((all) => [...all, ...all])],
  [
    "SYNC-2: several orders that have filled",
    "reads the newest order, whatever it is asked for",
    broker(({ orders: list, order }) => ({
      order: (id) =>
        Effect.flatMap(list(wide), (all) => {
          const newest = all.received.at(-1)
          return newest === undefined ? order(id) : Effect.succeed(newest)
        })
    }))
  ],
  [
    "SYNC-2: several orders that have filled",
    "ignores when a window begins",
    broker(({ orders: list }) => ({ orders: ({ to }) => list({ from: wide.from, to }) }))
  ],
  [
    "SYNC-2: several orders that have filled",
    "ignores when a window ends",
    broker(({ orders: list }) => ({ orders: ({ from }) => list({ from, to: wide.to }) }))
  ],
  [
    "SYNC-2: an order is listed whatever",
    "hides orders that have ended",
    ordersAs((all) => all.filter(({ report }) => report.state._tag === "Open"))
  ],
  [
    "SYNC-2: an order is listed whatever",
    "hides orders that rest",
    ordersAs((all) => all.filter(({ report }) => report.state._tag === "Closed"))
  ],
  [
    "SYNC-2: an order is listed whatever",
    "lists cancelled orders as filled",
    ordersAs((all) =>
      all.map(
        received((order) =>
          order.state._tag === "Closed" ? { ...order, state: { _tag: "Closed", kind: "filled" } } : order
        )
      )
    )
  ],
  [
    "an order that was placed by hand",
    "hides orders of others",
    ordersAs((all) => all.filter(({ report }) => report.clientOrderId?.startsWith("rl1-") === true))
  ],
  [
    "an order that was placed by hand",
    "calls orders of others ours",
    broker(({ orders: list }) => ({
      orders: (window) =>
        Effect.map(list(window), (listing) => ({
          ...listing,
          received: listing.received.map(
            received((order) => ({ ...order, clientOrderId: listing.received[0]?.report.clientOrderId }))
          )
        }))
    }))
  ],
  [
    "an order of a status that the broker documents nowhere",
    "drops orders of a status that it does not know",
    then(
      holding,
      ordersAs((all) => all.filter(({ report }) => report.rawStatus !== HELD))
    )
  ],
  [
    "an order of a status that the broker documents nowhere",
    "calls a status that it does not know rejected",
    then(
      holding,
      orderAs((order) => (order.rawStatus === HELD ? { ...order, state: { _tag: "Closed", kind: "rejected" } } : order))
    )
  ],
  [
    "an order that the broker does not have",
    "fails to say so",
    broker(() => ({ order: () => Effect.die("not there") }))
  ],
  [
    "FILL-3: a read that does not succeed",
    "says that there is no such order",
    broker(({ order }, { account }) => ({
      order: (id) => Effect.orElseSucceed(order(id), () => notFound(account, id, undefined))
    }))
  ],
  [
    "FILL-3: a read of each kind that fails",
    "lists no orders where that failed",
    broker(({ orders: list }) => ({ orders: (window) => Effect.orElseSucceed(list(window), () => whole) }))
  ],
  [
    "FILL-3: a read of each kind that fails",
    "lists no executions where that failed",
    broker(({ fills }) => ({ fills: (window) => Effect.orElseSucceed(fills(window), () => whole) }))
  ],
  [
    "FILL-3: a read of each kind that fails",
    "holds nothing where that could not be read",
    broker(({ positions }) => ({
      positions: Effect.orElseSucceed(positions, () => ({ complete: true, holdings: [] }))
    }))
  ],
  [
    "FILL-3: a read of each kind that fails",
    "has no buying power where that could not be read",
    broker(({ account }) => ({
      account: Effect.orElseSucceed(account, () => ({
        brokerAccountId: undefined,
        currency: "USD",
        buyingPower: Decimal.zero
      }))
    }))
  ],
  [
    "FILL-3: a read of each kind that cannot be understood",
    "passes over a page that it cannot read",
    broker(({ fills }) => ({
      fills: (window) =>
        Effect.catchIf(
          fills(window),
          ({ kind }) => kind === "unreadable",
          () => Effect.succeed(whole)
        )
    }))
  ]
]

const executions: ReadonlyArray<WrongBroker> = [
  [
    "SYNC-2: the executions of several orders",
    "reports shares that were sold as less than none",
    fillAs((execution) => ({
      ...execution,
      quantity: execution.side === "sell" ? Decimal.negate(execution.quantity) : execution.quantity
    }))
  ],

  [
    "FILL-2, SYNC-2: what an order filled",
    "tells executions under other ids each time",
    fillAs((execution) => ({ ...execution, execId: `${execution.execId}-${salt++}` }))
  ],
  [
    "FILL-2, SYNC-2: what an order filled",
    "leaves prices out",
    fillAs((execution) => ({ ...execution, price: undefined }))
  ],
  ["FILL-2, SYNC-2: what an order filled", "lists an execution twice", fillsAs((all) => [...all, ...all])],
  [
    "FILL-2, SYNC-2: what an order filled",
    "lists an execution again under another id",
    fillsAs((all) => [
      ...all,
      ...all.map(
        received((execution: Report.Executed) => ({
          ...execution,
          execId: `${execution.execId}b`,
          execIdBase: `${execution.execIdBase}b`
        }))
      )
    ])
  ],
  [
    "FILL-2, SYNC-2: what an order filled",
    "counts executions in lots of a hundred",
    fillAs((execution) => ({ ...execution, quantity: times(execution.quantity, "0.01") }))
  ],
  [
    "FILL-2, SYNC-2: what an order filled",
    "says filled before its executions are listed",
    broker(() => ({ fillsOf: () => Effect.succeed(whole) }))
  ],
  [
    "SYNC-2: the executions of several orders",
    "turns the side of executions",
    fillAs((execution) => ({ ...execution, side: execution.side === "buy" ? "sell" : "buy" }))
  ],
  [
    "SYNC-2: the executions of several orders",
    "reports executions of another symbol",
    fillAs((execution) => ({ ...execution, symbol: "MSFT" }))
  ],
  [
    "SYNC-2: the executions of several orders",
    "reads times as seconds",
    fillAs((execution) => ({ ...execution, executedAt: Instant.make(execution.executedAt / 1000n) }))
  ],
  [
    "SYNC-2: the executions of several orders",
    "reads times in a zone of its own",
    fillAs((execution) => ({ ...execution, executedAt: hours(execution.executedAt, -4) }))
  ],
  [
    "SYNC-2: the executions of several orders",
    "reports executions of the time to come",
    fillAs((execution) => ({ ...execution, executedAt: hours(execution.executedAt, 4) }))
  ],
  [
    "SYNC-2: the executions of several orders",
    "reports executions without an id",
    fillAs((execution) => ({ ...execution, execId: "" }))
  ],
  [
    "SYNC-2: the executions of several orders",
    "gives all executions one id",
    fillAs((execution) => ({ ...execution, execIdBase: "E1" }))
  ],
  [
    "SYNC-2: the executions of several orders",
    "reports executions of another account",
    fillAs((execution) => ({ ...execution, account: AccountName.AccountName.make("other") }))
  ],
  [
    "SYNC-2: the executions of several orders",
    "reports executions under another client id",
    fillAs((execution) => ({ ...execution, clientOrderId: "rl1-another" }))
  ],
  [
    "SYNC-2: the executions of several orders",
    "keeps no bytes of executions",
    fillsAs((all) => all.map(({ report }) => ({ report, payload: undefined })))
  ],
  [
    "SYNC-2: the executions of several orders",
    "ignores when a window of executions begins",
    broker(({ fills }) => ({ fills: ({ to }) => fills({ from: wide.from, to }) }))
  ],
  [
    "SYNC-2: the executions of several orders",
    "ignores when a window of executions ends",
    broker(({ fills }) => ({ fills: ({ from }) => fills({ from, to: wide.to }) }))
  ],
  [
    "SYNC-2: the executions of several orders",
    "lists one execution and calls that complete",
    broker(({ fills }) => ({
      fills: (window) =>
        Effect.map(fills(window), (listing) => ({ ...listing, received: listing.received.slice(0, 1) }))
    }))
  ],
  [
    "SYNC-2: the executions of several orders",
    "gives an order the executions of all",
    broker(({ fills }) => ({ fillsOf: () => fills(wide) }))
  ],
  [
    "SYNC-2: the executions of several orders",
    "never comes to the last page of executions",
    broker(() => ({ fills: () => Effect.never }))
  ],
  [
    "SYNC-2: the executions of several orders",
    "shows another average price",
    orderAs((order) => ({ ...order, averagePrice: order.averagePrice && times(order.averagePrice, "1.1") }))
  ],
  [
    "an order with a limit fills within it",
    "multiplies prices by a hundred",
    then(
      fillAs((execution) => ({ ...execution, price: priced(execution.price, "100") })),
      orderAs((order) => ({ ...order, averagePrice: order.averagePrice && times(order.averagePrice, "100") }))
    )
  ],
  [
    "an order with a limit fills within it",
    "reads cents as dollars in averages",
    orderAs((order) => ({ ...order, averagePrice: order.averagePrice && times(order.averagePrice, "100") }))
  ],
  [
    "a partial fill is shown",
    "reports what was filled so far for each execution",
    fillsAs((all) => {
      let sum = Decimal.zero
      return all.map(
        received((execution: Report.Executed) => {
          sum = Decimal.add(sum, execution.quantity)
          return { ...execution, quantity: sum }
        })
      )
    })
  ],
  [
    "a partial fill is shown",
    "reports the average price for each execution",
    broker(({ fillsOf, order }) => ({
      fillsOf: (id) =>
        Effect.flatMap(order(id), ({ report: seen }) =>
          Effect.map(fillsOf(id), (listing) => ({
            ...listing,
            received: listing.received.map(
              received((execution) => ({
                ...execution,
                price: seen._tag === "OrderSeen" && seen.averagePrice ? Price.make(seen.averagePrice) : undefined
              }))
            )
          }))
        )
    }))
  ],
  [
    "a partial fill is shown",
    "reports the limit price for each execution",
    broker(({ fillsOf, order }) => ({
      fillsOf: (id) =>
        Effect.flatMap(order(id), ({ report: seen }) =>
          Effect.map(fillsOf(id), (listing) => ({
            ...listing,
            received: listing.received.map(
              received((execution) => ({
                ...execution,
                price: seen._tag === "OrderSeen" ? seen.limitPrice : undefined
              }))
            )
          }))
        )
    }))
  ],
  [
    "a partial fill is shown",
    "rounds prices of executions to cents",
    fillAs((execution) => ({ ...execution, price: toCents(execution.price) }))
  ],
  [
    "a partial fill is shown",
    "hides partly filled orders",
    ordersAs((all) => all.filter(({ report }) => report.rawStatus !== "partially_filled"))
  ],
  [
    "a partial fill is shown",
    "calls a partly filled order filled",
    orderAs((order) =>
      order.rawStatus === "partially_filled" ? { ...order, state: { _tag: "Closed", kind: "filled" } } : order
    )
  ],
  [
    "a partial fill is shown",
    "shows the shares that are left as filled",
    orderAs((order) => ({
      ...order,
      cumulative:
        order.cumulative &&
        (order.state._tag === "Open" ? Decimal.subtract(order.quantity, order.cumulative) : order.cumulative)
    }))
  ],
  [
    "a fill that comes after the order was cancelled",
    "reads no executions of cancelled orders",
    broker(({ fillsOf, order }) => ({
      fillsOf: (id) =>
        Effect.flatMap(order(id), ({ report: seen }) =>
          seen._tag === "OrderSeen" && seen.rawStatus === "cancelled" ? Effect.succeed(whole) : fillsOf(id)
        )
    }))
  ],
  [
    "SYNC-3: a corrected execution",
    "reports a correction as another execution",
    fillAs((execution) => ({ ...execution, execIdBase: execution.execId }))
  ],
  [
    "SYNC-3: a corrected execution",
    "passes over corrections",
    fillsAs((all) => all.filter(({ report }) => report.revision === 1))
  ],
  [
    "SYNC-3: an execution that was taken back",
    "passes over what was taken back",
    fillsAs((all) => all.filter(({ report }) => Decimal.isPositive(report.quantity)))
  ],
  [
    "SYNC-5: what an execution cost",
    "loses commissions",
    then(
      charging,
      fillAs((execution) => ({ ...execution, commission: undefined }))
    )
  ],
  [
    "SYNC-5: what an execution cost",
    "turns commissions into credits",
    then(
      charging,
      fillAs((execution) => ({
        ...execution,
        commission: execution.commission && {
          ...execution.commission,
          amount: Decimal.negate(execution.commission.amount)
        }
      }))
    )
  ]
]

const cancels: ReadonlyArray<WrongBroker> = [
  [
    "FILL-5: a partly filled order",
    "forgets what a cancelled order had filled",
    orderAs((order) => (order.rawStatus === "cancelled" ? { ...order, cumulative: Decimal.zero } : order))
  ],
  [
    "AUD-7: an order that is rejected after",
    "calls a rejected order open",
    orderAs((order) => (order.rawStatus === "rejected" ? { ...order, state: { _tag: "Open" } } : order))
  ],
  [
    "AUD-7: an order that is rejected after",
    "calls a rejected order cancelled",
    orderAs((order) =>
      order.rawStatus === "rejected" ? { ...order, state: { _tag: "Closed", kind: "cancelled" } } : order
    )
  ],
  [
    "a day order that still works",
    "calls an expired order filled",
    orderAs((order) =>
      order.rawStatus === "expired" ? { ...order, state: { _tag: "Closed", kind: "filled" } } : order
    )
  ],

  [
    "FILL-5, FILL-16: a cancel is a wish",
    "says that it was heard, and asks nobody",
    broker(() => ({ cancel: () => Effect.succeed({ _tag: "Requested" }) }))
  ],
  [
    "FILL-5, FILL-16: a cancel is a wish",
    "shows a cancelled order as filled",
    orderAs((order) =>
      order.rawStatus === "cancelled" ? { ...order, state: { _tag: "Closed", kind: "filled" } } : order
    )
  ],
  ["FILL-5, FILL-16: a cancel is a wish", "does not answer a cancel", broker(() => ({ cancel: () => Effect.never }))],
  [
    "FILL-5: a cancel ends the order",
    "cancels every order",
    broker(({ cancel, orders: list }) => ({
      cancel: (order) =>
        Effect.zipRight(
          Effect.flatMap(Effect.orDie(list(wide)), ({ received: all }) =>
            Effect.forEach(all, ({ report }) => cancel({ ...order, brokerOrderIds: [report.brokerOrderId] }))
          ),
          cancel(order)
        )
    }))
  ],
  [
    "FILL-5: a cancel ends the order",
    "cancels the first order, whatever it is asked for",
    broker(({ cancel, orders: list }) => ({
      cancel: (order) =>
        Effect.flatMap(Effect.orDie(list(wide)), ({ received: all }) =>
          cancel({ ...order, brokerOrderIds: [all[0]?.report.brokerOrderId ?? OTHER] })
        )
    }))
  ],
  [
    "a cancel of an order that has filled",
    "does not know what became of it",
    broker(() => ({ cancel: () => Effect.succeed({ _tag: "Unknown", why: "x" }) }))
  ],
  [
    "a cancel of an order that has filled",
    "does not say that the order has ended",
    broker(() => ({ cancel: () => Effect.succeed({ _tag: "Refused", code: "x", words: "x" }) }))
  ],
  [
    "an order that fills while its cancel",
    "calls cancelled whatever was asked to be cancelled",
    broker(({ cancel, order }) => {
      const asked = new Set<string>()
      return {
        cancel: (of) => {
          for (const id of of.brokerOrderIds) asked.add(id)
          return cancel(of)
        },
        order: (id) =>
          Effect.map(
            order(id),
            received((report: ReadReport) =>
              report._tag === "OrderSeen" && asked.has(id)
                ? { ...report, state: { _tag: "Closed", kind: "cancelled" } as const }
                : report
            )
          )
      }
    })
  ]
]

const holdings: ReadonlyArray<WrongBroker> = [
  [
    "what was bought and sold is held",
    "gives what all shares cost as the average price",
    holdsAs((all) => all.map((each) => ({ ...each, averagePrice: times(each.quantity, "150") })))
  ],
  [
    "what is ordered, executed and held of two stocks",
    "writes symbols as the broker does",
    then(
      orderAs((order) => ({ ...order, symbol: order.symbol.replace(".", "/") })),
      fillAs((execution) => ({ ...execution, symbol: execution.symbol.replace(".", "/") }))
    )
  ],
  [
    "an instrument is known",
    "trades in lots of a hundred",
    broker(({ instrument }) => ({
      instrument: (symbol) =>
        Effect.map(instrument(symbol), (known) =>
          known._tag === "Known" ? { ...known, lot: Decimal.unsafe("100") } : known
        )
    }))
  ],
  [
    "a quote is of the stock",
    "quotes cents as dollars",
    broker(() => ({
      quote: (symbol) =>
        Effect.map(Effect.clock, (clock) => ({
          symbol,
          last: { price: Decimal.unsafe("15000"), at: Instant.fromMillis(clock.unsafeCurrentTimeMillis()) }
        }))
    }))
  ],

  [
    "what was bought and sold is held",
    "lists what is flat as zero",
    broker(({ positions }, { symbol }) => ({
      positions: Effect.map(positions, (listed) => ({
        ...listed,
        holdings:
          listed.holdings.length === 0 ? [{ symbol, quantity: Decimal.zero, averagePrice: undefined }] : listed.holdings
      }))
    }))
  ],
  ["what was bought and sold is held", "lists a page of holdings twice", holdsAs((all) => [...all, ...all])],
  [
    "what was bought and sold is held",
    "counts holdings in lots of a hundred",
    holdsAs((all) => all.map((each) => ({ ...each, quantity: times(each.quantity, "0.01") })))
  ],
  [
    "what was bought and sold is held",
    "never comes to the last page of holdings",
    broker(() => ({ positions: Effect.never }))
  ],
  [
    "what is ordered, executed and held of two stocks",
    "lists one holding and calls that complete",
    holdsAs((all) => all.slice(0, 1))
  ],
  [
    "what is ordered, executed and held of two stocks",
    "lists every holding under one symbol",
    holdsAs((all) => all.map((each) => ({ ...each, symbol: "AAPL" })))
  ],
  [
    "what was sold without being held",
    "lists shorts as longs",
    holdsAs((all) => all.map((each) => ({ ...each, quantity: Decimal.abs(each.quantity) })))
  ],
  [
    "the account is the same one",
    "has a new account id with each call",
    broker(({ account }) => ({ account: Effect.map(account, (each) => ({ ...each, brokerAccountId: `A${salt++}` })) }))
  ],
  [
    "the account is the same one",
    "holds what another account has",
    broker(({ account, positions }) => ({
      account: Effect.map(account, (each) => ({ ...each, brokerAccountId: "A1" })),
      positions: Effect.map(positions, (each) => ({ ...each, brokerAccountId: "A2" }))
    }))
  ],
  [
    "the account is the same one",
    "gives its figures in another currency",
    broker(({ account }) => ({ account: Effect.map(account, (each) => ({ ...each, currency: "EUR" })) }))
  ],
  [
    "an instrument is known",
    "knows all, in lots of none",
    broker(({ instrument }) => ({
      instrument: (symbol) =>
        Effect.map(instrument(symbol), (known) => (known._tag === "Known" ? { ...known, lot: Decimal.zero } : known))
    }))
  ],
  [
    "an instrument is known",
    "knows what nobody trades",
    broker(({ instrument }, { symbol: first }) => ({ instrument: () => instrument(first) }))
  ],
  [
    "where it says what time it is",
    "says a time that was long ago",
    broker(() => ({ clock: Effect.succeed({ at: Instant.fromMillis(0), cutToMs: 1 }) }))
  ],
  [
    "a quote is of the stock",
    "quotes another stock",
    broker(() => ({ quote: () => Effect.succeed({ symbol: "MSFT" }) }))
  ],
  [
    "a quote is of the stock",
    "quotes prices of years ago",
    broker(() => ({
      quote: (symbol) => Effect.succeed({ symbol, last: { price: Decimal.unsafe("150"), at: Instant.make(0n) } })
    }))
  ]
]

const heard = (change: (report: Report.Report) => Report.Report): Wrong =>
  broker(({ updates }) => ({ updates: updates && Stream.map(updates, received(change)) }))

const changes: ReadonlyArray<WrongBroker> = [
  ["FILL-10: changes are reported", "tells nothing", broker(() => ({ updates: Stream.never }))],
  [
    "FILL-10: changes are reported",
    "tells of another account",
    heard((report) => ({ ...report, account: AccountName.AccountName.make("other") }))
  ],
  [
    "FILL-10: changes are reported",
    "tells of orders of another account",
    heard((report) =>
      report._tag === "OrderSeen" ? { ...report, account: AccountName.AccountName.make("other") } : report
    )
  ],
  [
    "FILL-10: changes are reported",
    "tells executions under other ids than it lists",
    heard((report) =>
      report._tag === "Executed"
        ? { ...report, execId: `${report.execId}-s`, execIdBase: `${report.execIdBase}-s` }
        : report
    )
  ],
  [
    "FILL-10: changes are reported",
    "tells of orders that no read finds",
    heard((report) => (report._tag === "Executed" ? { ...report, brokerOrderId: OTHER } : report))
  ],
  [
    "FILL-10: changes are reported",
    "tells the shares of an order otherwise",
    heard((report) => (report._tag === "OrderSeen" ? { ...report, quantity: times(report.quantity, "100") } : report))
  ]
]

/** Wrong brokers, one for each fault. */
export const wrongBrokers: ReadonlyArray<WrongBroker> = [
  ...requests,
  ...answers,
  ...orders,
  ...executions,
  ...cancels,
  ...holdings,
  ...changes
]
