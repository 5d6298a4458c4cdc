import { Clock, Effect, Either } from "effect"
import { Broker, Instant, Price, Quantity } from "@roundlot/core"
import { ClientOrderId, type Report } from "@roundlot/core/adapter"
import { same } from "../promise.ts"
import { clause } from "./Clause.ts"
import { type Place, type Read, type SentOrder, staged, tell } from "./Place.ts"
import {
  around,
  elsewhere,
  endsAs,
  filled,
  MOST_SKEW_MS,
  progressOf,
  reportsOf,
  resting,
  restingTerms,
  sent,
  shares,
  shownOrder,
  textOf,
  wantedOrder,
  workingOrder
} from "./sample.ts"

const EVERY =
  "List every order of the window once, whatever its state, page by page to the last; where that is not sure, say complete: false"

const byId = (orders: ReadonlyArray<Report.OrderSeen>) =>
  orders
    .map((order) => ({ ...shownOrder(order), progress: progressOf(order) }))
    .toSorted((a, b) => (a.brokerOrderId < b.brokerOrderId ? -1 : 1))

/** The listing of these orders, each as far as it is said; each is read by its id alike. */
const areListed = (place: Place, expected: ReadonlyArray<readonly [order: SentOrder, progress: unknown]>) =>
  Effect.gen(function* () {
    const listed = yield* place.broker.orders(yield* around)
    const wanted = expected
      .map(([order, progress]) => ({ ...wantedOrder(place, order), progress }))
      .toSorted((a, b) => (a.brokerOrderId < b.brokerOrderId ? -1 : 1))
    yield* same("the listing is whole", Broker.isWhole(listed), true, EVERY)
    yield* same("the orders that are listed", byId(reportsOf(listed)), wanted, EVERY)
    for (const [order] of expected) {
      const { report } = yield* place.broker.order(order.id)
      const shown = report._tag === "OrderSeen" && shownOrder(report)
      yield* same(
        "each is read by its own id",
        shown,
        wantedOrder(place, order),
        "Answer with the order that was asked for"
      )
    }
    const now = Instant.fromMillis(yield* Clock.currentTimeMillis)
    const entered = reportsOf(listed).flatMap(({ enteredAt }) => enteredAt ?? [])
    const far = entered.filter((at) => Math.abs(Instant.millisBetween(at, now)) > MOST_SKEW_MS)
    yield* same("orders entered at another time", far.length, 0, "Read enteredAt with its zone and unit, in UTC")
    const { earlier, later } = yield* elsewhere
    // A broker that does not say when an order was entered cannot leave out those that were entered later.
    const early = reportsOf(yield* place.broker.orders(earlier)).filter(({ enteredAt }) => enteredAt !== undefined)
    const strays = [early.length, (yield* place.broker.orders(later)).received.length]
    yield* same("the listings of windows before and after", strays, [0, 0], "List the orders of the window alone")
  })

const several = clause({
  name: "SYNC-2: several orders that have filled are each listed once with their terms, and in no other window",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const orders = [
        yield* filled(place, shares("7")),
        yield* filled(place, { ...shares("3"), side: "sell" }),
        yield* filled(place, shares("11"))
      ]
      yield* areListed(
        place,
        orders.map((order) => [order, ["filled", textOf(order.terms.quantity)]])
      )
    })
})

const whatever = clause({
  name: "SYNC-2: an order is listed whatever became of it: resting, filled or cancelled",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const rests = yield* resting(place, restingTerms(place, "5"))
      const ended = yield* resting(place, restingTerms(place, "4"))
      const done = yield* filled(place)
      yield* place.broker.cancel(workingOrder(ended.id))
      yield* endsAs(place, ended.id, "cancelled", "0")
      yield* areListed(place, [
        [rests, ["Open", "0"]],
        [ended, ["cancelled", "0"]],
        [done, ["filled", "3"]]
      ])
    })
})

const byHand = clause({
  name: "an order that was placed by hand at the broker is listed, and is not called ours",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const enter = yield* staged(place, "byHand")
      const ours = yield* filled(place)
      yield* enter({
        symbol: place.symbol,
        side: "buy",
        quantity: Quantity.unsafe("17"),
        limitPrice: Price.unsafe("20.5")
      })
      const listed = yield* place.broker.orders(yield* around)
      const theirs = reportsOf(listed).filter(({ brokerOrderId }) => brokerOrderId !== ours.id)
      const shown = theirs.map(({ account, quantity, side, symbol }) => [account, side, symbol, textOf(quantity)])
      const wanted = [[place.account, "buy", place.symbol, "17"]]
      yield* same("the order by hand", [Broker.isWhole(listed), shown], [true, wanted], EVERY)
      const ids = theirs.filter(({ clientOrderId }) => clientOrderId === ours.terms.clientOrderId)
      yield* same(
        "orders under our id",
        ids.length,
        0,
        "Give an order the client order id that the broker shows, or none"
      )
    })
})

const unknown = clause({
  name: "an order of a status that the broker documents nowhere is shown, and counts as open",
  needs: ["unknown statuses"],
  run: (place) =>
    Effect.gen(function* () {
      const status = yield* yield* staged(place, "unknownStatus")
      const order = yield* sent(place, restingTerms(place))
      const { report } = yield* place.broker.order(order.id)
      const shown = report._tag === "OrderSeen" && [report.rawStatus, report.state]
      const remedy = "Show the order with the broker's own word as rawStatus, and call it Open"
      yield* same("it is read", shown, [status, { _tag: "Open" }], remedy)
      const listed = yield* place.broker.orders(yield* around)
      const isKept =
        !Broker.isWhole(listed) || reportsOf(listed).some(({ brokerOrderId }) => brokerOrderId === order.id)
      yield* same("a whole listing has it", isKept, true, EVERY)
    })
})

const NOBODYS = ClientOrderId.BrokerOrderId.make("00000000-0000-4000-8000-000000000000")

const notThere = clause({
  name: "an order that the broker does not have is not found, and that is no failure",
  needs: [],
  run: ({ account, broker, unknownOrderId = NOBODYS }) =>
    Effect.gen(function* () {
      const { report } = yield* broker.order(unknownOrderId)
      const remedy = "Answer NotFound where the broker says that it has none such"
      yield* same("it is not found", [report._tag, report.account], ["NotFound", account], remedy)
      const read = Effect.map(broker.fillsOf(unknownOrderId), ({ received }) => received.length)
      yield* same("it has no executions", yield* Effect.orElseSucceed(read, () => 0), 0, remedy)
    })
})

const FAILS = "Fail with BrokerReadFailed where a read fails or cannot be understood: what is not read is not empty"

const unread = clause({
  name: "FILL-3: a read that does not succeed is a failure: never an order, never that there is none",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const { id } = yield* resting(place)
      yield* tell(place, "fails to read")
      const read = yield* Effect.either(place.broker.order(id))
      const found = Either.isLeft(read) ? read.left._tag : read.right.report._tag
      yield* same("it fails", found, "BrokerReadFailed", FAILS)
    })
})

const ofListing = ({ complete }: { readonly complete: boolean }) => (complete ? "whole" : "part")

/** What each kind of read says where it succeeds: `whole`, `part`, or what else. */
const readings = ({ broker }: Place, id: ClientOrderId.BrokerOrderId) => {
  return {
    order: Effect.map(broker.order(id), ({ report }) => report._tag),
    orders: Effect.map(Effect.flatMap(around, broker.orders), ofListing),
    fills: Effect.map(Effect.flatMap(around, broker.fills), ofListing),
    positions: Effect.map(broker.positions, ofListing),
    account: Effect.map(broker.account, () => "figures")
  } as const
}

const reads = ["order", "orders", "fills", "positions", "account"] as const satisfies ReadonlyArray<Read>

const NOT_WHOLE: ReadonlyArray<string> = ["failure", "part"]

/** After this happened to each kind of read, none says that it is whole. */
const noneIsWhole = (place: Place, situation: "failRead" | "garbleRead") =>
  Effect.gen(function* () {
    const happens = yield* staged(place, situation)
    yield* filled(place)
    // After a send, no answer from before serves again.
    const { id } = yield* resting(place)
    for (const read of reads) {
      yield* happens(read)
      const found = yield* Effect.orElseSucceed(readings(place, id)[read], () => "failure")
      yield* same(`${read} says that it could not be read`, NOT_WHOLE.includes(found) ? "so" : found, "so", FAILS)
    }
  })

const fails = clause({
  name: "FILL-3: a read of each kind that fails at the broker is a failure, and never an empty list",
  needs: [],
  run: (place) => noneIsWhole(place, "failRead")
})

const garbled = clause({
  name: "FILL-3: a read of each kind that cannot be understood is a failure or in part, and never whole",
  needs: [],
  run: (place) => noneIsWhole(place, "garbleRead")
})

/** What is promised of reads of orders. */
export const orders = [several, whatever, byHand, unknown, notThere, unread, fails, garbled]
