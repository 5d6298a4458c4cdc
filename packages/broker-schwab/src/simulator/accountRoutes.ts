import { type ExchangeFailed, type ExchangeOrder, Matching } from "@roundlot/broker-paper"
import { Decimal, Instant } from "@roundlot/core"
import { Effect, Either, identity } from "effect"
import * as Answer from "./Answer.ts"
import type { Desk } from "./Desk.ts"
import { timeOf } from "./orderJson.ts"

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
    const buyingPower = Answer.number(power.reply.body)
    const cashBalance = Answer.number((yield* desk.exchange.worth(desk.account)).cash)
    const held = fields === "positions" ? yield* desk.exchange.holdings(desk.account) : undefined
    if (held !== undefined && held.reply._tag !== "Done") return Either.left(Answer.ofReply(held.reply))
    const positions =
      held?.reply._tag === "Done"
        ? { positions: held.reply.body.map(positionJson(yield* desk.exchange.paid(desk.account))) }
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
        currentBalances: { buyingPower, cashBalance }
      }
    })
  })

/** Shares that came without an order are shown at 100. */
const positionJson =
  (paid: ReadonlyMap<string, Decimal.Decimal>) =>
  ({ quantity, symbol }: ExchangeOrder.ExchangeHolding) => {
    const isShort = Decimal.isNegative(quantity)
    return {
      shortQuantity: Answer.number(isShort ? Decimal.negate(quantity) : Decimal.zero),
      longQuantity: Answer.number(isShort ? Decimal.zero : quantity),
      averagePrice: Answer.number(paid.get(symbol) ?? Matching.SIMULATOR_PRICE),
      settledLongQuantity: Answer.number(isShort ? Decimal.zero : quantity),
      instrument: { assetType: "EQUITY", cusip: "000000000", symbol }
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
    return Answer.ok(
      reply.body.map((execution, index) => {
        const amount = execution.side === "buy" ? execution.quantity : Decimal.negate(execution.quantity)
        const cost = Decimal.negate(Decimal.multiply(amount, execution.price))
        return {
          activityId: Answer.integer(String(70_000_000_000 + index)),
          time: timeOf(execution.executedAt),
          accountNumber: desk.accountNumber,
          type: "TRADE",
          status: Decimal.isZero(execution.quantity) ? "INVALID" : "VALID",
          activityType: execution.revision === 1 ? "EXECUTION" : "ACTIVITY_CORRECTION",
          tradeDate: timeOf(execution.executedAt),
          orderId: Answer.integer(execution.brokerOrderId),
          netAmount: Answer.number(cost),
          transferItems: [
            {
              instrument: { assetType: "EQUITY", symbol: execution.symbol },
              amount: Answer.number(amount),
              cost: Answer.number(cost),
              price: Answer.number(execution.price)
            }
          ]
        }
      })
    )
  })
