import { Clock, Effect } from "effect"
import { Broker, Instant } from "@roundlot/core"
import { Id, type OrderTerms, type Report } from "@roundlot/core/adapter"
import { same } from "../promise.ts"
import { words } from "../SampleOrder.ts"
import { clause } from "./Clause.ts"
import { CannotStage, type Place, staged, tell } from "./Place.ts"
import {
  around,
  clear,
  declaredTerms,
  elsewhere,
  filled,
  holding,
  idOf,
  MOST_SKEW_MS,
  NO_ID,
  orderUntil,
  reportsOf,
  resting,
  send,
  sent,
  shownOrder,
  termsAt,
  textOf,
  until,
  wantedOrder
} from "./sample.ts"
import { termsInWords } from "./watched.ts"

const AS_SENT = "Translate every term of the order, and read each from the broker's own answer"

const taken = clause({
  name: "an order that is taken is found with its terms by the broker's id and in the listing of its window",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const order = yield* resting(place, termsAt(place))
      const { report } = yield* place.broker.order(order.id)
      const wanted = wantedOrder(place, order)
      yield* same("it is read by its id", report._tag === "OrderSeen" && shownOrder(report), wanted, AS_SENT)
      const open = "Call an order Open until the broker says that it has ended"
      yield* same("it is open", report._tag === "OrderSeen" && report.state, { _tag: "Open" }, open)
      const listed = yield* place.broker.orders(yield* around)
      const shown = listed.received.map((each) => shownOrder(each.report))
      yield* same(
        "it is listed",
        [Broker.isWhole(listed), shown],
        [true, [wanted]],
        "List every order of the window, once"
      )
      const { later } = yield* elsewhere
      const none = yield* place.broker.orders(later)
      yield* same("another window does not list it", none.received.length, 0, "List the orders of the window alone")
    })
})

/** The type that an order was sent as, by what is shown of it: a broker may make another of it (W1). */
const typeOf = (
  { type, typeSent = [] }: Report.OrderSeen,
  sentAs: OrderTerms.OrderType
): OrderTerms.OrderType | undefined => (typeSent.includes(sentAs) ? sentAs : type)

/** An order that rests is shown with all its terms. */
const isShownAs = (place: Place, terms: OrderTerms.OrderTerms) =>
  Effect.gen(function* () {
    const order = yield* resting(place, terms)
    const report = yield* orderUntil(place, order.id, () => true)
    if (report._tag !== "OrderSeen") return yield* same("it is found", report._tag, "OrderSeen", AS_SENT)
    const { limitPrice, session = terms.session, state, stopPrice } = report
    // What the broker made a stop limit order of has a limit of the broker's own.
    const limit = report.type === terms.type ? limitPrice : terms.limitPrice
    yield* same(
      `${termsInWords(terms)} as it is shown`,
      [shownOrder(report), state._tag, session, typeOf(report, terms.type), ...[limit, stopPrice].map(textOf)],
      [
        wantedOrder(place, order),
        "Open",
        terms.session,
        terms.type,
        ...[terms.limitPrice, terms.stopPrice].map(textOf)
      ],
      AS_SENT
    )
    yield* clear(place, order.id)
  })

const rests = ({ timeInForce, type }: OrderTerms.OrderTerms): boolean =>
  type !== "market" && ["day", "gtc"].includes(timeInForce)

const asSent = clause({
  name: "FILL-16: an order that rests, of each session and type that it takes, is shown with the terms that it was sent with",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const kinds = declaredTerms(place).filter(rests)
      if (kinds.length === 0)
        return yield* new CannotStage({
          reason: "broker.capabilities.supportedOrders has no order that rests at a price"
        })
      yield* holding(place)
      yield* Effect.forEach(kinds, (terms) => isShownAs(place, terms), { discard: true })
    })
})

const arrives = clause({
  name: "FILL-16: what arrives at the exchange is what was asked for, in every term",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const atExchange = yield* staged(place, "arrived")
      yield* holding(place)
      let arrived = 0
      for (const terms of declaredTerms(place)) {
        yield* tell(place, "works")
        const { answer } = yield* send(place, terms)
        // The auctions and the sessions that are over take no orders.
        if (answer._tag !== "Accepted") continue
        const found = (yield* atExchange).find(({ id }) => id === answer.brokerOrderId)
        yield* same("the order as it arrived", found && termsInWords(found), termsInWords(terms), AS_SENT)
        yield* clear(place, answer.brokerOrderId)
        arrived++
      }
      yield* same("some of them were taken", arrived > 0, true, AS_SENT)
    })
})

const named = clause({
  name: "an answer is of its attempt and account, has a time that is now, and gives each order an id of its own",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const { account, broker } = place
      const before = Instant.fromMillis(yield* Clock.currentTimeMillis)
      const answers = yield* Effect.forEach([41, 42, 43], (attempt) =>
        Effect.flatMap(broker.prepare(termsAt(place)), ({ send: sending }) => sending(Id.AttemptId.make(attempt)))
      )
      const remedy =
        "Answer with the attempt that send was called with, the account, and the id that the broker gave this order"
      const shown = answers.map(({ report }) => [report.account, report.attemptId])
      yield* same(
        "whose answers they are",
        shown,
        [41, 42, 43].map((attempt) => [account, attempt]),
        remedy
      )
      const ids = answers.map(({ report }) => idOf(report.answer))
      yield* same("the ids are three", new Set(ids.filter((id) => id !== "" && id !== NO_ID)).size, 3, remedy)
      const far = answers.filter(({ report }) => Math.abs(Instant.millisBetween(before, report.asOf)) > MOST_SKEW_MS)
      yield* same("answers of another time", far.length, 0, "Read the broker's time with its zone and unit, in UTC")
      const kept = answers.filter(({ payload }) => payload !== undefined)
      yield* same("answers with their bytes", kept.length, 3, "Keep the raw bytes of each answer as its payload")
    })
})

/** An answer is of this kind; one of another is shown with what it says. */
const isAnswered = (promise: string, answer: Report.Answer, wanted: Report.Answer["_tag"], remedy: string) =>
  same(promise, answer._tag === wanted ? wanted : words(answer), wanted, remedy)

const refused = clause({
  name: "AUD-7: an order that is refused is answered with the broker's words, and there is no order",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      yield* tell(place, "refuses")
      const { answer } = yield* send(place, termsAt(place))
      const remedy = "Answer Refused, with the broker's code and words, where it has said that there is no order"
      yield* isAnswered("it is refused", answer, "Refused", remedy)
      yield* same("in words", answer._tag === "Refused" && answer.words !== "" && answer.code !== "", true, remedy)
      yield* same("there is none", (yield* place.broker.orders(yield* around)).received.length, 0, remedy)
    })
})

const lost = clause({
  name: "where the answer is lost nothing is known, and the order is found by asking for our id",
  needs: ["client order ids"],
  run: (place) =>
    Effect.gen(function* () {
      yield* tell(place, "loses the answer")
      const terms = termsAt(place)
      const { answer } = yield* send(place, terms)
      const unknown =
        "Answer Unknown wherever the broker may have the order: after a timeout, a reset, or words that are not documented"
      yield* isAnswered("its outcome is unknown", answer, "Unknown", unknown)
      const { lookup } = place.broker
      const found = lookup === undefined ? undefined : (yield* lookup(terms.clientOrderId)).report
      const byId = "Send our client order id with every order, and look for it"
      yield* same("the order is there", found?._tag === "OrderSeen" && found.clientOrderId, terms.clientOrderId, byId)
    })
})

const sentOnce = clause({
  name: "a send is made once: where its answer is lost it is not sent again",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      yield* tell(place, "loses the answer")
      const { answer } = yield* send(place, termsAt(place))
      const remedy = "Send once, answer Unknown, and leave it to the caller to look for the order"
      yield* isAnswered("its outcome is unknown", answer, "Unknown", remedy)
      // The connection may have to be made again.
      const listed = Effect.orElseSucceed(Effect.flatMap(around, place.broker.orders), () => undefined)
      const found = yield* until(place, listed, (listing) => listing !== undefined && listing.received.length > 0)
      yield* same("the orders that came of it", found?.received.length, 1, remedy)
    })
})

const once = clause({
  name: "an id is taken once: the same order sent again makes no second one, and is not called refused",
  needs: ["unique client order ids"],
  run: (place) =>
    Effect.gen(function* () {
      const terms = termsAt(place)
      yield* send(place, terms)
      const { answer } = yield* send(place, terms)
      const remedy =
        "Send our id so that the broker refuses it a second time, and answer that with Unknown and isIdInUse"
      yield* isAnswered("the second send is of unknown outcome", answer, "Unknown", remedy)
      const listed = reportsOf(yield* place.broker.orders(yield* around))
      yield* same("there is one order", listed.length, 1, remedy)
      const { holdings } = yield* place.broker.positions
      yield* same(
        "and its shares alone",
        holdings.map(({ quantity }) => textOf(quantity)),
        ["3"],
        remedy
      )
    })
})

const byOurId = clause({
  name: "an order is found by our own id; an id that it never had is not found, and that is no failure",
  needs: ["client order ids"],
  run: (place) =>
    Effect.gen(function* () {
      const { lookup } = place.broker
      if (lookup === undefined) return yield* new CannotStage({ reason: "the broker has no lookup" })
      const orders = [yield* sent(place, termsAt(place)), yield* filled(place, { side: "sell" })]
      for (const order of orders) {
        const { report } = yield* lookup(order.terms.clientOrderId)
        const found = report._tag === "OrderSeen" && shownOrder(report)
        yield* same(
          "it is found",
          found,
          wantedOrder(place, order),
          "Look for the order of this id, whatever became of it"
        )
      }
      const never = termsAt(place).clientOrderId
      const { report } = yield* lookup(never)
      const asked = [report._tag, report.account, report.clientOrderId]
      const remedy = "Answer NotFound with the id that was asked for, where the broker has no such order"
      yield* same("what was never sent is not found", asked, ["NotFound", place.account, never], remedy)
    })
})

/** What is promised of the answers to sends, and of the order that an answer names. */
export const answers = [taken, asSent, arrives, named, refused, lost, sentOnce, once, byOurId]
