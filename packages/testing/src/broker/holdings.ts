import { Clock, Effect } from "effect"
import { Decimal, Instant } from "@roundlot/core"
import { Quote, type Report } from "@roundlot/core/adapter"
import { skew } from "@roundlot/core/ledger"
import { same } from "../promise.ts"
import { clause } from "./Clause.ts"
import { CannotStage, type Place } from "./Place.ts"
import { filled, MOST_SKEW_MS, reportsOf, shares, textOf } from "./sample.ts"

const HELD =
  "List each symbol that is held once, all pages, in shares, below zero where it was sold short, and none that is flat"

const heldAt = ({ broker }: Place) =>
  Effect.map(broker.positions, ({ complete, holdings }) => [
    complete,
    ...holdings.map(({ quantity, symbol }) => `${textOf(quantity)} ${symbol}`).toSorted()
  ])

const WITHIN = Decimal.unsafe("0.02")

/** An average price of a holding is what was paid for a share, to two hundredths: brokers add what an execution cost. */
const costs = ({ broker }: Place, [bought]: ReadonlyArray<Report.Executed>) =>
  Effect.gen(function* () {
    const { holdings: held } = yield* broker.positions
    const [average] = held.flatMap(({ averagePrice }) => averagePrice ?? [])
    if (average === undefined || bought?.price === undefined) return
    const apart = Decimal.abs(Decimal.subtract(average, bought.price))
    const isNear = Decimal.isAtMost(apart, Decimal.multiply(bought.price, WITHIN))
    const remedy = "Give the average price of a share in dollars, or none"
    yield* same("what a share cost", isNear ? textOf(bought.price) : textOf(average), textOf(bought.price), remedy)
  })

const bought = clause({
  name: "what was bought and sold is held, each symbol once, and what is sold again is held no more",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const { symbol } = place
      const { id } = yield* filled(place, shares("7"))
      yield* costs(place, reportsOf(yield* place.broker.fillsOf(id)))
      yield* filled(place, { ...shares("3"), side: "sell" })
      yield* same("after 7 bought and 3 sold", yield* heldAt(place), [true, `4 ${symbol}`], HELD)
      yield* filled(place, { ...shares("4"), side: "sell" })
      yield* same("after the rest was sold", yield* heldAt(place), [true], HELD)
    })
})

const ofTwo = clause({
  name: "what is ordered, executed and held of two stocks is shown under each one's symbol",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const { otherSymbol, symbol } = place
      if (otherSymbol === undefined) return yield* new CannotStage({ reason: "place.otherSymbol is left away" })
      yield* filled(place, shares("7"))
      const { id } = yield* filled(place, { ...shares("2"), symbol: otherSymbol })
      const { report } = yield* place.broker.order(id)
      const symbols = [report, ...reportsOf(yield* place.broker.fillsOf(id))].map(
        (each) => "symbol" in each && each.symbol
      )
      const translated = "Translate the broker's symbols to tickers and back: BRK.B, not BRK B or BRK/B"
      yield* same("the symbols of its order and executions", [...new Set(symbols)], [otherSymbol], translated)
      const wanted = [`7 ${symbol}`, `2 ${otherSymbol}`].toSorted()
      yield* same("the holdings", yield* heldAt(place), [true, ...wanted], HELD)
    })
})

const short = clause({
  name: "what was sold without being held is held below zero",
  needs: ["short sales"],
  run: (place) =>
    Effect.gen(function* () {
      yield* filled(place, { ...shares("3"), side: "sell", positionEffect: "open" })
      yield* same("after 3 sold short", yield* heldAt(place), [true, `-3 ${place.symbol}`], HELD)
    })
})

const figures = clause({
  name: "the account is the same one at every call, in dollars",
  needs: [],
  run: ({ broker }) =>
    Effect.gen(function* () {
      const [first, second] = [yield* broker.account, yield* broker.account]
      const remedy = "Give the broker's own id of the account, word for word, or none where it has none"
      yield* same("its id", second.brokerAccountId, first.brokerAccountId, remedy)
      yield* same("an empty id", first.brokerAccountId === "", false, remedy)
      const { brokerAccountId = first.brokerAccountId } = yield* broker.positions
      yield* same("the account of what is held", brokerAccountId, first.brokerAccountId, remedy)
      yield* same("its currency", first.currency, "USD", "Give the currency of buyingPower by its ISO code")
      const isBelow = first.buyingPower !== undefined && Decimal.isNegative(first.buyingPower)
      yield* same("buying power below zero", isBelow, false, "Give what one buy may cost at most, in dollars")
    })
})

const instruments = clause({
  name: "an instrument is known with what may be traded of it, or not known",
  needs: [],
  run: ({ broker, symbol, unknownSymbol }) =>
    Effect.gen(function* () {
      const known = yield* broker.instrument(symbol)
      const found = known._tag === "Known" && [known.symbol, known.tradable, known.currency]
      yield* same("it is known", found, [symbol, true, "USD"], "Answer with the instrument that was asked for")
      const lot = known._tag === "Known" ? known.lot : Decimal.zero
      const three = Decimal.unsafe("3")
      const isInLots = Decimal.isPositive(lot) && Decimal.equals(three, Decimal.floorTo(three, lot))
      const least = "Give the least quantity that can be traded, in shares"
      yield* same("three shares can be traded, by its lot", isInLots ? "so" : textOf(lot), "so", least)
      const other = yield* broker.instrument(unknownSymbol)
      const named = [other._tag, other.symbol]
      yield* same(
        "the other is not",
        named,
        ["NotKnown", unknownSymbol],
        "Answer NotKnown where the broker lists none such"
      )
    })
})

const NEAR_MS = 2_000

const times = clause({
  name: "where it says what time it is, that is the time, by an exchange on the same clock",
  needs: ["clock"],
  run: ({ broker }) =>
    Effect.gen(function* () {
      if (broker.clock === undefined) return
      const before = Instant.fromMillis(yield* Clock.currentTimeMillis)
      const said = yield* broker.clock
      const apart = skew.skewOf(before, said, Instant.fromMillis(yield* Clock.currentTimeMillis))
      yield* same(
        "the clocks agree",
        apart.leastMs < NEAR_MS,
        true,
        "Read the broker's time with its zone and unit, in UTC"
      )
    })
})

const WEEK_MS = 7 * 86_400_000

const isPossible = (now: Instant.Instant, quoted: Quote.Quoted | undefined): boolean => {
  if (quoted === undefined) return true
  const ageMs = Instant.millisBetween(quoted.at, now)
  return !Decimal.isNegative(quoted.price) && ageMs > -MOST_SKEW_MS && ageMs < WEEK_MS
}

const quotes = clause({
  name: "a quote is of the stock that was asked for, its bid not above its ask, and not of another time",
  needs: ["quotes"],
  run: (place) =>
    Effect.gen(function* () {
      const { broker, symbol } = place
      if (broker.quote === undefined) return
      const { id } = yield* filled(place)
      const [execution] = reportsOf(yield* broker.fillsOf(id))
      const quote = yield* broker.quote(symbol)
      const now = Instant.fromMillis(yield* Clock.currentTimeMillis)
      const remedy = "Give each price as the broker says it, with its own time, and the symbol that the answer names"
      yield* same("its symbol", quote.symbol ?? symbol, symbol, remedy)
      const isSound = [quote.last, quote.bid, quote.ask].every((each) => isPossible(now, each))
      yield* same("its prices and times are possible", isSound, true, remedy)
      const { ask, bid, last } = quote
      const traded = execution?.price
      const isFar = last !== undefined && traded !== undefined && Quote.isFarApart(last.price, traded)
      yield* same("a last price ten times away from the market", isFar ? textOf(last.price) : "none", "none", remedy)
      const isCrossed =
        ask !== undefined && bid !== undefined && Decimal.isPositive(ask.price) && Decimal.isLess(ask.price, bid.price)
      yield* same("its bid is above its ask", isCrossed, false, remedy)
    })
})

/** What is promised of holdings, the account, instruments and prices. */
export const holdings = [bought, ofTwo, short, figures, instruments, times, quotes]
