import { Clock, Effect } from "effect"
import { Broker, Decimal, Instant, Price, Quantity } from "@roundlot/core"
import { type ClientOrderId, type OrderTerms, Quote, type Report } from "@roundlot/core/adapter"
import { same } from "../promise.ts"
import { clause } from "./Clause.ts"
import { CannotStage, type Place, type SentOrder, staged } from "./Place.ts"
import {
  around,
  elsewhere,
  endsAs,
  filled,
  MOST_SKEW_MS,
  newest,
  orderUntil,
  progressOf,
  reportsOf,
  resting,
  restingTerms,
  shares,
  takes,
  textOf,
  total,
  until,
  workingOrder
} from "./sample.ts"

const EACH_ONCE = "Report each execution once, with its own shares: not the sum so far, and not in lots"
const IN_WINDOW = "List all executions of the window, page by page to the last, and no others"
const ITS_ORDER = "Take side, symbol and ids from the execution itself, or from its order"
const ITS_PRICE = "Take the price of the execution itself, in dollars a share, undivided and unrounded"

/** What is compared of an execution. */
export const shownFill = ({
  account,
  brokerOrderId,
  execId,
  execIdBase,
  price,
  quantity,
  revision,
  side,
  symbol
}: Report.Executed) => ({
  account,
  brokerOrderId,
  execId,
  execIdBase,
  revision,
  symbol,
  side,
  quantity: textOf(quantity),
  price: textOf(price)
})

const idOfFill = ({ execId, revision }: Report.Executed): string => `${execId} ${revision}`

/** The executions of a window, by their ids. */
const listedFills = ({ broker }: Place) =>
  Effect.gen(function* () {
    const listed = yield* broker.fills(yield* around)
    yield* same("the listing of executions is whole", Broker.isWhole(listed), true, IN_WINDOW)
    return reportsOf(listed)
  })

const inOrder = (executions: ReadonlyArray<Report.Executed>) =>
  executions.toSorted((a, b) => (idOfFill(a) < idOfFill(b) ? -1 : 1)).map(shownFill)

const sums = clause({
  name: "FILL-2, SYNC-2: what an order filled is the same however and however often it is asked for, and sums to its total",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const { broker } = place
      const { id, terms } = yield* filled(place)
      const own = reportsOf(yield* broker.fillsOf(id))
      yield* same("executions sum to the order's total", total(own), textOf(terms.quantity), EACH_ONCE)
      yield* same("executions without a price", own.filter(({ price }) => price === undefined).length, 0, ITS_PRICE)
      yield* same("they are the order's", [...new Set(own.map((each) => each.brokerOrderId))], [id], ITS_ORDER)
      const again = reportsOf(yield* broker.fillsOf(id))
      const stable = "Make execId and execIdBase of what the broker never changes"
      yield* same("they are the same when they are asked for again", inOrder(again), inOrder(own), stable)
      yield* same("and in the listing of their window", inOrder(yield* listedFills(place)), inOrder(own), stable)
      const { holdings } = yield* broker.positions
      const held = holdings.map(({ quantity, symbol }) => [symbol, textOf(quantity)])
      yield* same("the shares are held", held, [[terms.symbol, "3"]], "List what is held, in shares")
    })
})

/** What is wrong with the id, the figures or the time of an execution of an order; `undefined` where nothing is. */
const faultOf = (execution: Report.Executed, since: Instant.Instant, now: Instant.Instant): string | undefined => {
  const { asOf, commission, execId, execIdBase, executedAt, price, quantity, revision } = execution
  if (execId === "" || execIdBase === "") return "its execId or execIdBase is empty"
  if (!Number.isInteger(revision) || revision < 0) return `its revision is ${revision}`
  if (!Decimal.isPositive(quantity)) return `its quantity is ${textOf(quantity)}`
  if (price === undefined || !Decimal.isPositive(price)) return `its price is ${textOf(price)}`
  if (Instant.millisBetween(since, executedAt) < -MOST_SKEW_MS)
    return `it is of ${Instant.format(executedAt)}, long before its order`
  if (Instant.millisBetween(now, executedAt) > MOST_SKEW_MS)
    return `it is of ${Instant.format(executedAt)}, which is to come`
  if (Math.abs(Instant.millisBetween(now, asOf)) > MOST_SKEW_MS * 2)
    return `it was reported as of ${Instant.format(asOf)}`
  if (commission !== undefined && commission.currency === "") return "its commission has no currency"
  return undefined
}

const ITS_FACTS = "Keep the broker's ids; read times with their zone and unit, in UTC; leave out no price"

/** The executions of an order are its own, and sound. */
const areOf = (place: Place, { id, terms }: SentOrder, since: Instant.Instant) =>
  Effect.gen(function* () {
    const now = Instant.fromMillis(yield* Clock.currentTimeMillis)
    const listing = yield* place.broker.fillsOf(id)
    const own = reportsOf(listing)
    const whose = own.map(({ account, brokerOrderId, side, symbol }) => [account, brokerOrderId, side, symbol])
    const wanted = own.map(() => [place.account, id, terms.side, terms.symbol])
    yield* same("executions have the account, order, side and symbol of the order", whose, wanted, ITS_ORDER)
    const others = own.filter(
      ({ clientOrderId }) => clientOrderId !== undefined && clientOrderId !== terms.clientOrderId
    )
    const isKnown = place.broker.capabilities.clientOrderIds
    yield* same("executions under another client order id", isKnown ? others.length : 0, 0, ITS_ORDER)
    const faults = own.map((execution) => faultOf(execution, since, now))
    yield* same(
      "faults of executions",
      faults.filter((fault) => fault !== undefined),
      [],
      ITS_FACTS
    )
    yield* same("executions sum to what the order filled", total(own), textOf(terms.quantity), EACH_ONCE)
    const kept = listing.received.filter(({ payload }) => payload !== undefined && payload.bytes.length > 0)
    yield* same(
      "executions with their bytes",
      kept.length,
      own.length,
      "Keep the raw bytes of each report as its payload"
    )
    const { report } = yield* place.broker.order(id)
    if (report._tag === "OrderSeen") yield* averages(report, own)
    return own
  })

const HUNDRED = Decimal.unsafe("100")

/** An average price agrees with the executions, to a cent. */
const averages = ({ averagePrice }: Report.OrderSeen, own: ReadonlyArray<Report.Executed>) => {
  if (averagePrice === undefined) return Effect.void
  const paid = Decimal.sum(own.map(({ price = Decimal.zero, quantity }) => Decimal.multiply(price, quantity)))
  const shown = Decimal.multiply(averagePrice, Decimal.sum(own.map(({ quantity }) => quantity)))
  const apart = Decimal.multiply(Decimal.abs(Decimal.subtract(paid, shown)), HUNDRED)
  const isNear = Decimal.isAtMost(apart, Decimal.sum(own.map(({ quantity }) => quantity)))
  const found = isNear ? "the executions' average" : textOf(averagePrice)
  return same("the order's average price", found, "the executions' average", ITS_PRICE)
}

const several = clause({
  name: "SYNC-2: the executions of several orders are each order's own, each listed once, and in no other window",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const since = Instant.fromMillis(yield* Clock.currentTimeMillis)
      const wanted: Array<Report.Executed> = []
      for (const differs of [shares("7"), { ...shares("3"), side: "sell" as const }, shares("11")])
        wanted.push(...(yield* areOf(place, yield* filled(place, differs), since)))
      const ids = wanted.map(({ execIdBase }) => execIdBase)
      yield* same("no two executions share an id", new Set(ids).size, ids.length, ITS_FACTS)
      yield* same("the executions that are listed", inOrder(yield* listedFills(place)), inOrder(wanted), IN_WINDOW)
      const { earlier, later } = yield* elsewhere
      const strays = [yield* place.broker.fills(earlier), yield* place.broker.fills(later)].map(reportsOf)
      yield* same("executions of windows before and after", strays.map(inOrder), [[], []], IN_WINDOW)
    })
})

const LIMIT = { session: "regular", type: "limit", timeInForce: "day" } as const

const withinLimit = clause({
  name: "an order with a limit fills within it, at a price of the market",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      yield* takes(place, LIMIT)
      const prices = [
        ["buy", "151.05"],
        ["sell", "148.95"]
      ] as const
      for (const [side, limit] of prices) {
        const limitPrice = Price.unsafe(limit)
        const differs: Partial<OrderTerms.OrderTerms> = { ...LIMIT, side, limitPrice }
        const { id } = yield* filled(place, differs)
        const outside = reportsOf(yield* place.broker.fillsOf(id)).filter(({ price = Decimal.zero }) =>
          side === "buy" ? Decimal.isLess(limitPrice, price) : Decimal.isLess(price, limitPrice)
        )
        yield* same(
          `prices beyond the limit of ${side} at ${limit}`,
          outside.map(({ price }) => textOf(price)),
          [],
          ITS_PRICE
        )
        const { report } = yield* place.broker.order(id)
        const average = report._tag === "OrderSeen" ? report.averagePrice : undefined
        const isFar = average !== undefined && Quote.isFarApart(average, limitPrice)
        yield* same("an average ten times away", isFar ? textOf(average) : "none", "none", ITS_PRICE)
      }
    })
})

/** The newest executions of an order, once they are so. */
const fillsUntil = (
  place: Place,
  id: ClientOrderId.BrokerOrderId,
  isSo: (fills: ReadonlyArray<Report.Executed>) => boolean
) => until(place, Effect.map(place.broker.fillsOf(id), reportsOf), isSo)

const figures = (executions: ReadonlyArray<Report.Executed>) =>
  newest(executions).map(({ price, quantity }) => `${textOf(quantity)} at ${textOf(price)}`)

const partly = clause({
  name: "a partial fill is shown as such, and each execution has its own shares and its own price",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const fill = yield* staged(place, "fill")
      const order = yield* resting(place, restingTerms(place, "12"))
      yield* fill(order, Quantity.unsafe("5"), Price.unsafe("138.21"))
      const seen = yield* orderUntil(place, order.id, ({ cumulative }) => textOf(cumulative) === "5")
      const open = "Call a partly filled order Open, with the shares filled so far as `cumulative`"
      yield* same("the order after five of twelve shares", progressOf(seen), ["Open", "5"], open)
      const first = yield* fillsUntil(place, order.id, (fills) => fills.length > 0)
      yield* same("its execution", figures(first), ["5 at 138.21"], EACH_ONCE)
      const listed = reportsOf(yield* place.broker.orders(yield* around))
      yield* same("the order as it is listed", listed.map(progressOf), [["Open", "5"]], "List partly filled orders too")
      yield* fill(order, Quantity.unsafe("7"), Price.unsafe("137.8575"))
      yield* endsAs(place, order.id, "filled", "12")
      const wanted = ["5 at 138.21", "7 at 137.8575"]
      const both = yield* fillsUntil(place, order.id, (fills) => newest(fills).length > 1)
      yield* same("both executions", figures(both).toSorted(), wanted, `${EACH_ONCE}. ${ITS_PRICE}`)
      yield* same("as they are listed", figures(yield* listedFills(place)).toSorted(), wanted, EACH_ONCE)
      const { report } = yield* place.broker.order(order.id)
      if (report._tag === "OrderSeen") yield* averages(report, newest(both))
    })
})

const late = clause({
  name: "a fill that comes after the order was cancelled is listed, and counts",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const fill = yield* staged(place, "fill")
      const order = yield* resting(place, restingTerms(place, "6"))
      yield* place.broker.cancel(workingOrder(order.id))
      yield* endsAs(place, order.id, "cancelled", "0")
      yield* fill(order, Quantity.unsafe("2"), Price.unsafe("138.5"))
      const fills = yield* fillsUntil(place, order.id, (found) => found.length > 0)
      const remedy = "Read executions of ended orders too"
      yield* same("the late execution", figures(fills), ["2 at 138.5"], remedy)
      yield* same("as it is listed", figures(yield* listedFills(place)), ["2 at 138.5"], remedy)
      const seen = yield* orderUntil(place, order.id, ({ cumulative }) => textOf(cumulative) === "2")
      yield* same(
        "the order",
        progressOf(seen),
        ["cancelled", "2"],
        "Keep its end, and its filled shares as the broker has them"
      )
    })
})

/** An order of eight shares that has filled, and its one execution. */
const executed = (place: Place) =>
  Effect.gen(function* () {
    const { id } = yield* filled(place, shares("8"))
    const [execution, ...others] = reportsOf(yield* place.broker.fillsOf(id))
    if (execution === undefined || others.length > 0)
      return yield* new CannotStage({ reason: "the exchange fills an order in several parts" })
    return { id, execution }
  })

const REVISION =
  "Report a correction or a bust as a higher revision under the same execIdBase, beside the revisions before it"

const corrected = clause({
  name: "SYNC-3: a corrected execution is a new revision of the same one, with the corrected figures",
  needs: ["corrections"],
  run: (place) =>
    Effect.gen(function* () {
      const correct = yield* staged(place, "correct")
      const { execution, id } = yield* executed(place)
      yield* correct(execution, Quantity.unsafe("8"), Price.unsafe("149.37"))
      const fills = yield* fillsUntil(place, id, (found) => found.length > 1)
      const wanted = [[execution.execIdBase, "8 at 149.37"]]
      const found = newest(fills).map((each) => [each.execIdBase, ...figures([each])])
      yield* same("the execution after its correction", found, wanted, REVISION)
      const revisions = fills.map(({ revision }) => revision)
      yield* same(
        "its revisions rise",
        new Set(revisions).size === 2 && Math.max(...revisions) > execution.revision,
        true,
        REVISION
      )
      yield* same("and are listed so", figures(yield* listedFills(place)), ["8 at 149.37"], REVISION)
    })
})

const busted = clause({
  name: "SYNC-3: an execution that was taken back is a revision of no shares, or listed no more",
  needs: ["corrections"],
  run: (place) =>
    Effect.gen(function* () {
      const bust = yield* staged(place, "bust")
      const { execution, id } = yield* executed(place)
      yield* bust(execution)
      const fills = yield* fillsUntil(place, id, (found) => total(newest(found)) === "0")
      const found = newest(fills).map(({ execIdBase, quantity }) => [execIdBase, textOf(quantity)])
      const wanted = found.length === 0 ? [] : [[execution.execIdBase, "0"]]
      yield* same("the execution after it was taken back", found, wanted, REVISION)
      yield* same("and as it is listed", total(newest(yield* listedFills(place))), "0", REVISION)
    })
})

const commissions = clause({
  name: "SYNC-5: what an execution cost is said with its currency, as the broker charged it",
  needs: ["commissions"],
  run: (place) =>
    Effect.gen(function* () {
      const charged = yield* staged(place, "commission")
      const { id } = yield* filled(place)
      const fills = yield* fillsUntil(place, id, (found) => found.every(({ commission }) => commission !== undefined))
      const found = newest(fills).map(({ commission }) => [textOf(commission?.amount), commission?.currency])
      const wanted = newest(fills).map(() => [textOf(charged.amount), charged.currency])
      yield* same(
        "the commissions",
        found,
        wanted,
        "Report what was charged as a positive amount, once for each execution"
      )
    })
})

/** What is promised of executions. */
export const executions = [sums, several, withinLimit, partly, late, corrected, busted, commissions]
