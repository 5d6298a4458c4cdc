import { Effect, Either } from "effect"
import { AccountName, Broker, Decimal, Instant, Price } from "@roundlot/core"
import { OrderTerms, SupportedOrders } from "@roundlot/core/adapter"
import { same } from "../promise.ts"
import { clause } from "./Clause.ts"
import { type Place, staged } from "./Place.ts"
import {
  around,
  askedFor,
  declaredOrders,
  everyOrder,
  orderUntil,
  send,
  idOf,
  shares,
  termsAt,
  textOf
} from "./sample.ts"
import { termsInWords } from "./watched.ts"

const declared = clause({
  name: "FILL-16: of all sessions, types and times in force the orders that it declares can be asked for, and no other",
  needs: [],
  run: (place) =>
    Effect.forEach(
      everyOrder,
      (asked) =>
        same(
          `${asked.session} ${asked.type} ${asked.timeInForce} can be asked for`,
          Either.isRight(place.broker.prepare(askedFor(place, asked))),
          SupportedOrders.faultOf(place.broker.capabilities.supportedOrders, asked) === undefined,
          "Refuse in prepare what capabilities.supportedOrders does not name, and nothing that it names"
        ),
      { discard: true }
    )
})

const pure = clause({
  name: "preparing an order sends nothing, and makes the same bytes of the same terms",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const terms = termsAt(place)
      const [one, two] = [yield* place.broker.prepare(terms), yield* place.broker.prepare(terms)]
      const byTerms = "Make the request of the terms alone: no time, no counter, no random id"
      yield* same("the request is the same bytes each time", one.request.bytes, two.request.bytes, byTerms)
      const listed = yield* place.broker.orders(yield* around)
      yield* same(
        "nothing was sent",
        [Broker.isWhole(listed), listed.received.length],
        [true, 0],
        "Send in send, never in prepare"
      )
    })
})

const bytesOf = ({ broker }: Place, terms: OrderTerms.OrderTerms) =>
  Either.map(broker.prepare(terms), ({ request }) => request.bytes)

/** Orders that differ from one in a single term: each is another request, or is refused. */
const variantsOf = (place: Place, terms: OrderTerms.OrderTerms): ReadonlyArray<OrderTerms.OrderTerms> => {
  const { account, symbol } = termsAt({ ...place, symbol: place.otherSymbol ?? place.unknownSymbol })
  const { goodTill, limitPrice, stopPrice } = terms
  const prices = ["140.37", "140.38", "1403.7", "0.8125", "0.81"].map(Price.unsafe)
  return [
    { ...terms, account, symbol },
    { ...terms, side: terms.side === "buy" ? "sell" : "buy" },
    ...["30", "300", "12345"].map((quantity) => ({ ...terms, ...shares(quantity) })),
    ...(limitPrice === undefined ? [] : prices.map((price) => ({ ...terms, limitPrice: price }))),
    ...(stopPrice === undefined ? [] : prices.map((price) => ({ ...terms, stopPrice: price }))),
    ...(goodTill === undefined ? [] : [{ ...terms, goodTill: Instant.addMillis(goodTill, 3_600_000) }]),
    ...(place.broker.capabilities.clientOrderIds ? [{ ...terms, clientOrderId: termsAt(place).clientOrderId }] : [])
  ]
}

const LOSES = "Write every term into the request: a term that is left out is sent as the broker's default"

const distinct = clause({
  name: "FILL-16: orders that differ in one term are different requests, and none is rounded or cut",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const { clientOrderId } = termsAt(place)
      const kinds = declaredOrders(place).map((asked) => ({ ...askedFor(place, asked), clientOrderId }))
      const all = kinds.flatMap((terms) => [terms, ...variantsOf(place, terms)])
      const seen = new Map<string, OrderTerms.OrderTerms>()
      for (const terms of all) {
        const bytes = bytesOf(place, terms)
        if (Either.isLeft(bytes)) continue
        const key = bytes.right.join()
        const twin = seen.get(key)
        yield* same(`${termsInWords(terms)} is a request of its own`, twin && termsInWords(twin), undefined, LOSES)
        seen.set(key, terms)
      }
    })
})

const ownAccount = clause({
  name: "an order of another account is refused before anything leaves",
  needs: [],
  run: ({ broker, ...place }) =>
    same(
      "the other account's order is refused",
      Either.isLeft(broker.prepare(termsAt({ ...place, account: AccountName.AccountName.make("someone-elses") }))),
      true,
      "Begin prepare with Broker.ownTerms(account, terms)"
    )
})

const fractions = clause({
  name: "a fraction of a share is asked for exactly, or refused before anything leaves",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const kind = termsAt(place)
      const [part, ...whole] = ["1.5", "1", "2"].map((quantity) => bytesOf(place, { ...kind, ...shares(quantity) }))
      const isTaken = part !== undefined && Either.isRight(part)
      const remedy = "Refuse fractions in prepare where capabilities.fractions is false"
      yield* same("1.5 shares can be asked for", isTaken, place.broker.capabilities.fractions, remedy)
      if (!isTaken) return
      const cut = whole.some((each) => Either.isRight(each) && each.right.join() === part.right.join())
      yield* same("1.5 shares are sent as 1 or 2", cut, false, "Write the quantity as a decimal")
    })
})

const fractionFills = clause({
  name: "an order of a fraction of a share is shown with that fraction",
  needs: ["fractions"],
  run: (place) =>
    Effect.gen(function* () {
      const { answer } = yield* send(place, { ...termsAt(place), ...shares("1.5") })
      const report = yield* orderUntil(place, idOf(answer), () => true)
      const remedy = "Read quantities as decimals, not as whole numbers"
      yield* same("its quantity", report._tag === "OrderSeen" && textOf(report.quantity), "1.5", remedy)
    })
})

const notional = clause({
  name: "an order over dollars is asked for with these dollars to the cent, and of the declared types alone",
  needs: ["notional orders"],
  run: (place) =>
    Effect.gen(function* () {
      const { capabilities, prepareNotional } = place.broker
      const { quantity: _, ...terms } = termsAt(place)
      const asked = (dollars: string, type: OrderTerms.OrderTerms["type"]) => {
        const { limitPrice, stopPrice } = askedFor(place, { session: "regular", type, timeInForce: "day" })
        return prepareNotional?.({ ...terms, type, limitPrice, stopPrice, notional: Decimal.unsafe(dollars) })
      }
      const taken = OrderTerms.orderTypes.filter((type) => {
        const request = asked("100.25", type)
        return request !== undefined && Either.isRight(request)
      })
      const declaredTypes = OrderTerms.orderTypes.filter((type) => capabilities.notionalTypes?.includes(type))
      yield* same(
        "the types over dollars",
        taken,
        declaredTypes,
        "Take the types of capabilities.notionalTypes, and no other"
      )
      const bytes = ["100.25", "100.5", "1002.5"].map((dollars) => asked(dollars, declaredTypes[0] ?? "market"))
      const texts = bytes.flatMap((each) =>
        each !== undefined && Either.isRight(each) ? [each.right.request.bytes.join()] : []
      )
      yield* same("other dollars are other requests", new Set(texts).size, 3, LOSES)
    })
})

const agreement = clause({
  name: "what it declares and what it has agree",
  needs: [],
  run: ({ broker }) =>
    same(
      "each is declared where it is there, and there where it is declared",
      {
        lookup: broker.lookup !== undefined,
        updates: broker.updates !== undefined,
        replace: broker.replace !== undefined,
        prepareNotional: broker.prepareNotional !== undefined
      },
      {
        lookup: broker.capabilities.clientOrderIds,
        updates: broker.capabilities.streaming,
        replace: broker.capabilities.replace,
        prepareNotional: (broker.capabilities.notionalTypes ?? []).length > 0
      },
      "Declare in capabilities what the broker has: lookup with clientOrderIds, updates with streaming, replace with replace"
    )
})

const ENVIRONMENT = "Derive environment from the address or the account, and run the contract with play money alone"

const ofPlayMoney = clause({
  name: "a broker of play money says paper",
  needs: [],
  run: ({ broker }) => same("its environment", broker.environment, "paper", ENVIRONMENT)
})

const ofRealMoney = clause({
  name: "a broker of real money says live",
  needs: ["proof"],
  run: (place) =>
    Effect.gen(function* () {
      const { environment } = yield* yield* staged(place, "atRealMoney")
      yield* same("its environment at an account of real money", environment, "live", ENVIRONMENT)
    })
})

const proof = clause({
  name: "a broker that says paper and can prove it proves it",
  needs: ["proof"],
  run: ({ broker }) =>
    Effect.gen(function* () {
      const found = broker.proof === undefined ? undefined : yield* broker.proof
      const remedy = "Say paper only where the broker itself shows that the account is of play money"
      yield* same("its proof", [broker.environment, found?._tag], ["paper", "Paper"], remedy)
    })
})

/** What is promised of requests, before anything is sent. */
export const requests = [
  declared,
  pure,
  distinct,
  ownAccount,
  fractions,
  fractionFills,
  notional,
  agreement,
  ofPlayMoney,
  ofRealMoney,
  proof
]
