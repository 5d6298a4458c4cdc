import { Effect } from "effect"
import { Price, Quantity } from "@roundlot/core"
import { same } from "../promise.ts"
import { clause } from "./Clause.ts"
import { type Place, type SentOrder, staged, tell } from "./Place.ts"
import {
  endsAs,
  filled,
  orderUntil,
  progressOf,
  reportsOf,
  resting,
  restingTerms,
  takes,
  textOf,
  total,
  workingOrder
} from "./sample.ts"

const ASKED = "Ask the broker to cancel this order, by its own id, and answer Requested where it has taken that"

const cancelled = clause({
  name: "FILL-5, FILL-16: a cancel is a wish: what ended an order is read, and it ends as cancelled with what it had filled",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const { id } = yield* resting(place)
      const answer = yield* place.broker.cancel(workingOrder(id))
      yield* same("the wish was heard", answer._tag, "Requested", ASKED)
      yield* endsAs(place, id, "cancelled", "0")
    })
})

const partly = clause({
  name: "FILL-5: a partly filled order that is cancelled ends as cancelled, and keeps what it had filled",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const fill = yield* staged(place, "fill")
      const order = yield* resting(place, restingTerms(place, "6"))
      yield* fill(order, Quantity.unsafe("2"), Price.unsafe("138.25"))
      yield* orderUntil(place, order.id, ({ cumulative }) => textOf(cumulative) === "2")
      yield* place.broker.cancel(workingOrder(order.id))
      yield* endsAs(place, order.id, "cancelled", "2")
      const fills = reportsOf(yield* place.broker.fillsOf(order.id))
      yield* same("its executions", total(fills), "2", "Read executions of ended orders too")
    })
})

const rejected = clause({
  name: "AUD-7: an order that is rejected after it was taken ends as rejected",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const reject = yield* staged(place, "reject")
      const order = yield* resting(place)
      yield* reject(order)
      yield* endsAs(place, order.id, "rejected", "0")
    })
})

const expired = clause({
  name: "a day order that still works when its session ends has expired, or was cancelled",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const expire = yield* staged(place, "expire")
      const order = yield* resting(place)
      yield* expire
      const report = yield* orderUntil(place, order.id, ({ state }) => state._tag === "Closed")
      // Some brokers have one status for both.
      const isOver = ["expired", "cancelled"].some((kind) => String(progressOf(report)) === `${kind},0`)
      yield* same(
        "its end",
        isOver ? ["expired", "0"] : progressOf(report),
        ["expired", "0"],
        "Map the broker's status of an expired order"
      )
    })
})

const theNamed = clause({
  name: "FILL-5: a cancel ends the order that it names, and no other",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const ids = []
      for (const quantity of ["3", "4", "5"]) ids.push((yield* resting(place, restingTerms(place, quantity))).id)
      const [first, second, third] = ids
      if (first === undefined || second === undefined || third === undefined) return
      yield* place.broker.cancel(workingOrder(second))
      yield* endsAs(place, second, "cancelled", "0")
      const others = [yield* place.broker.order(first), yield* place.broker.order(third)]
      const open = [
        ["Open", "0"],
        ["Open", "0"]
      ]
      yield* same(
        "the other orders",
        others.map(({ report }) => progressOf(report)),
        open,
        ASKED
      )
    })
})

/** A cancel of an order that has filled: it is refused as over, or heard and of no use. */
const isOfNoUse = (place: Place, { id, terms }: SentOrder) =>
  Effect.gen(function* () {
    const answer = yield* place.broker.cancel(workingOrder(id))
    const isSaid = ["Refused", "Requested"].includes(answer._tag)
    const remedy =
      "Answer Refused, with hasEnded where the broker's code says that the order has ended or is none of its own"
    yield* same("it is refused, or heard and of no use", isSaid, true, remedy)
    const hasEnded = answer._tag !== "Refused" || answer.hasEnded === true
    yield* same("a refusal says that the order has ended (W11)", hasEnded, true, remedy)
    yield* endsAs(place, id, "filled", textOf(terms.quantity))
  })

const tooLate = clause({
  name: "a cancel of an order that has filled changes nothing",
  needs: [],
  run: (place) => Effect.flatMap(filled(place), (order) => isOfNoUse(place, order))
})

const race = clause({
  name: "an order that fills while its cancel is on the way has filled, with its executions",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const fillBefore = yield* staged(place, "fillBeforeCancel")
      const order = yield* resting(place)
      yield* fillBefore
      yield* isOfNoUse(place, order)
      const fills = reportsOf(yield* place.broker.fillsOf(order.id))
      yield* same(
        "its executions",
        total(fills),
        "3",
        "Read what ended an order; its executions count whatever was asked"
      )
    })
})

const LIMIT = { session: "regular", type: "limit", timeInForce: "day" } as const

const replaced = clause({
  name: "a replaced order is the same order, with the terms that it was given",
  needs: ["replacing"],
  run: (place) =>
    Effect.gen(function* () {
      yield* takes(place, LIMIT)
      const { id } = yield* resting(place)
      yield* tell(place, "works")
      const terms = { quantity: Quantity.unsafe("9"), limitPrice: Price.unsafe("137.25") }
      const answer = yield* place.broker.replace?.(workingOrder(id), terms) ?? Effect.succeed({ _tag: "None" as const })
      const remedy =
        "Ask for both new terms, and show the order under its old and its new id, with the others as otherIds"
      yield* same("the wish was heard", answer._tag, "Requested", remedy)
      const seen = yield* orderUntil(place, id, ({ quantity }) => textOf(quantity) === "9")
      const shown = seen._tag === "OrderSeen" && [seen.state._tag, textOf(seen.quantity), textOf(seen.limitPrice)]
      yield* same("its new terms", shown, ["Open", "9", "137.25"], remedy)
      const ids = seen._tag === "OrderSeen" ? [seen.brokerOrderId, ...(seen.otherIds ?? [])] : []
      yield* same("it is the same order", ids.includes(id), true, remedy)
    })
})

/** What is promised of the ends of orders, and of replacements. */
export const cancels = [cancelled, partly, rejected, expired, theNamed, tooLate, race, replaced]
