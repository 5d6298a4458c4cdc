import { type ExchangeFailed, type ExchangeOrder, Matching } from "@roundlot/broker-paper"
import { Decimal, Instant } from "@roundlot/core"
import { XnysCalendar } from "@roundlot/core/adapter"
import { Effect, Either, identity, Ref } from "effect"
import * as Answer from "./Answer.ts"
import type { Desk } from "./Desk.ts"
import { balancesOf } from "./balances.ts"
import { activityIdOf, effectOf, instrumentIdOf, timeOf } from "./orderJson.ts"

type Answering = Effect.Effect<Answer.Answer, ExchangeFailed>

/** `GET /accounts/accountNumbers`. */
export const numbers = ({ seats }: Desk): Answer.Answer =>
  Answer.ok(seats().map(({ accountNumber, hash }) => ({ accountNumber, hashValue: hash })))

/** `GET /accounts/{hash}`, with positions where they are asked for. */
export const account = (desk: Desk, fields: string | null): Answering =>
  Effect.map(accountJson(desk, fields), Either.match({ onLeft: identity, onRight: Answer.ok }))

/** `GET /accounts`: all that the login opens, without their hashes. */
export const accounts = (desk: Desk, fields: string | null): Answering =>
  Effect.forEach(desk.seats(), (seat) => accountJson({ ...desk, ...seat }, fields)).pipe(
    Effect.map((each) => Either.match(Either.all(each), { onLeft: identity, onRight: Answer.ok }))
  )

const accountJson = (
  desk: Desk,
  fields: string | null
): Effect.Effect<Either.Either<object, Answer.Answer>, ExchangeFailed> =>
  Effect.gen(function* () {
    const power = yield* desk.exchange.buyingPower(desk.account)
    if (power.reply._tag !== "Done") return Either.left(Answer.ofReply(power.reply))
    const worth = yield* desk.exchange.worth(desk.account)
    const prices = new Map(worth.holdings.map(({ price, symbol }) => [symbol, price ?? Matching.SIMULATOR_PRICE]))
    const values = worth.holdings.map(({ quantity, symbol }) => valueOf(prices, symbol, quantity))
    const { aggregated, ...balances } = balancesOf({
      cash: worth.cash,
      buyingPower: power.reply.body,
      long: Decimal.sum(values.filter(Decimal.isPositive)),
      short: Decimal.sum(values.filter(Decimal.isNegative))
    })
    const held = fields === "positions" ? yield* desk.exchange.holdings(desk.account) : undefined
    if (held !== undefined && held.reply._tag !== "Done") return Either.left(Answer.ofReply(held.reply))
    const positions =
      held?.reply._tag === "Done"
        ? { positions: held.reply.body.map(positionJson(prices, yield* desk.exchange.paid(desk.account))) }
        : {}
    const { notShortable: _, roundTrips, ...shown } = yield* desk.stateOf(desk.account)
    const [counted = 0] = yield* desk.exchange.dayTrades(desk.account)
    return Either.right({
      securitiesAccount: {
        type: "MARGIN",
        accountNumber: desk.accountNumber,
        ...shown,
        roundTrips: roundTrips ?? counted,
        pfcbFlag: false,
        ...positions,
        ...balances
      },
      aggregatedBalance: aggregated
    })
  })

type Prices = ReadonlyMap<string, Decimal.Decimal>

const valueOf = (prices: Prices, symbol: string, quantity: Decimal.Decimal): Decimal.Decimal =>
  Decimal.multiply(prices.get(symbol) ?? Matching.SIMULATOR_PRICE, quantity)

const NOTHING = Answer.number(Decimal.zero)

/** Shares that came without an order are shown at 100. What the day before and the session before were, nothing here keeps. */
const positionJson =
  (prices: Prices, paid: Prices) =>
  ({ quantity, symbol }: ExchangeOrder.ExchangeHolding) => {
    const isShort = Decimal.isNegative(quantity)
    const average = paid.get(symbol) ?? Matching.SIMULATOR_PRICE
    const value = valueOf(prices, symbol, quantity)
    const profit = Answer.number(Decimal.subtract(value, Decimal.multiply(average, quantity)))
    const price = Answer.number(average)
    return {
      shortQuantity: Answer.number(isShort ? Decimal.negate(quantity) : Decimal.zero),
      averagePrice: price,
      currentDayProfitLoss: NOTHING,
      currentDayProfitLossPercentage: NOTHING,
      longQuantity: Answer.number(isShort ? Decimal.zero : quantity),
      settledLongQuantity: Answer.number(isShort ? Decimal.zero : quantity),
      settledShortQuantity: Answer.number(isShort ? quantity : Decimal.zero),
      instrument: { assetType: "EQUITY", cusip: "000000000", symbol, netChange: NOTHING },
      marketValue: Answer.number(value),
      maintenanceRequirement: NOTHING,
      ...(isShort
        ? {
            averageShortPrice: price,
            taxLotAverageShortPrice: price,
            shortOpenProfitLoss: profit,
            previousSessionShortQuantity: NOTHING
          }
        : {
            averageLongPrice: price,
            taxLotAverageLongPrice: price,
            longOpenProfitLoss: profit,
            previousSessionLongQuantity: NOTHING
          }),
      currentDayCost: NOTHING
    }
  }

/** `GET /accounts/{hash}/transactions`: every revision of every execution is one; a correction says so. */
export const transactions = (desk: Desk, query: URLSearchParams): Answering =>
  Effect.gen(function* () {
    const from = Instant.parse(query.get("startDate") ?? "")
    const to = Instant.parse(query.get("endDate") ?? "")
    if (from === undefined || to === undefined || query.get("types") === null)
      return Answer.error(400, "startDate, endDate and types are required")
    const { reply } = yield* desk.exchange.fillsIn(desk.account, { from, to })
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    const known = yield* Ref.get(desk.said)
    return Answer.ok(
      reply.body.map((execution) => transactionJson(desk, execution, known.get(execution.brokerOrderId)?.instruction))
    )
  })

const transactionJson = (
  { accountNumber }: Desk,
  execution: ExchangeOrder.Execution,
  instruction: string | undefined
) => {
  const amount = execution.side === "buy" ? execution.quantity : Decimal.negate(execution.quantity)
  const cost = Answer.number(Decimal.negate(Decimal.multiply(amount, execution.price)))
  const instrumentId = Answer.integer(instrumentIdOf(execution.symbol))
  return {
    activityId: Answer.integer(activityIdOf(execution)),
    time: timeOf(execution.executedAt),
    accountNumber,
    type: "TRADE",
    status: Decimal.isZero(execution.quantity) ? "INVALID" : "VALID",
    subAccount: "CASH",
    activityType: execution.revision === 1 ? "EXECUTION" : "ACTIVITY_CORRECTION",
    tradeDate: XnysCalendar.marketDate(execution.executedAt),
    positionId: instrumentId,
    orderId: execution.brokerOrderId,
    netAmount: cost,
    transferItems: [
      {
        instrument: { assetType: "EQUITY", status: "ACTIVE", symbol: execution.symbol, instrumentId },
        amount: Answer.number(amount),
        cost,
        price: Answer.number(execution.price),
        positionEffect: effectOf(instruction ?? execution.side.toUpperCase())
      },
      COMMISSION
    ]
  }
}

const COMMISSION = {
  instrument: {
    assetType: "CURRENCY",
    status: "ACTIVE",
    symbol: "CURRENCY_USD",
    description: "USD currency",
    instrumentId: Answer.integer("1"),
    closingPrice: Answer.integer("0")
  },
  amount: NOTHING,
  cost: NOTHING,
  feeType: "COMMISSION"
}
