import type { ExchangeFailed } from "@roundlot/broker-paper"
import { Decimal, Instant } from "@roundlot/core"
import { Clock, Effect, Either } from "effect"
import * as Answer from "./Answer.ts"
import type { Desk } from "./Desk.ts"
import { around } from "./marketRoutes.ts"
import { effectOf, NOT_ENOUGH, priced, termsOf } from "./orderJson.ts"
import { judge, objectionTo, type Placing } from "./placing.ts"

type Answering = Effect.Effect<Answer.Answer, ExchangeFailed>

/**
 * `POST /accounts/{hash}/previewOrder`: what would become of an order, of which none is made. One that Schwab would reject is answered
 * 200 as well, and says so in `rejects` (docs.rs/schwab_api, a recorded preview).
 */
export const preview = (desk: Desk, text: string): Answering =>
  Effect.gen(function* () {
    const judged = judge(text)
    if (Either.isLeft(judged)) return judged.left
    const { request } = judged.right
    const power = yield* desk.exchange.buyingPower(desk.account)
    if (power.reply._tag !== "Done") return Answer.ofReply(power.reply)
    const stand = yield* desk.exchange.stand(desk.account, request.symbol)
    const objection = objectionTo(judged.right, stand, yield* desk.stateOf(desk.account))
    const value = Decimal.multiply(request.quantity, request.limitPrice ?? stand.price ?? Decimal.zero)
    const left = Decimal.subtract(power.reply.body, request.side === "buy" ? value : Decimal.zero)
    const rejects = [...(objection === undefined ? [] : [objection]), ...(Decimal.isNegative(left) ? [NOT_ENOUGH] : [])]
    const figures = { value, left, price: stand.price ?? Decimal.zero, isRejected: rejects.length > 0 }
    return Answer.ok({
      orderId: 0,
      orderStrategy: yield* strategyOf(desk, judged.right, figures),
      orderValidationResult:
        rejects.length === 0
          ? {}
          : { rejects: rejects.map((activityMessage) => ({ activityMessage, originalSeverity: "REJECT" })) },
      commissionAndFee: { commission: NOTHING, fee: { feeLegs: [] }, trueCommission: NOTHING }
    })
  })

const NOTHING = { commissionLegs: [{ commissionValues: [{ value: Answer.number(Decimal.zero), type: "COMMISSION" }] }] }

interface Figures {
  readonly value: Decimal.Decimal
  /** What buying power is left of. */
  readonly left: Decimal.Decimal
  readonly price: Decimal.Decimal
  readonly isRejected: boolean
}

const strategyOf = ({ accountNumber }: Desk, { request, said }: Placing, figures: Figures) =>
  Effect.map(Clock.currentTimeMillis, (millis) => {
    const now = `${Instant.format(Instant.fromMillis(millis)).slice(0, 19)}Z`
    const { instruction = request.side.toUpperCase() } = said
    return {
      accountNumber,
      advancedOrderType: "NONE",
      closeTime: now,
      enteredTime: now,
      orderBalance: {
        orderValue: Answer.number(figures.value),
        projectedAvailableFund: Answer.number(figures.left),
        projectedBuyingPower: Answer.number(figures.left),
        projectedCommission: Answer.number(Decimal.zero)
      },
      orderStrategyType: "SINGLE",
      orderVersion: 1,
      status: figures.isRejected ? "REJECTED" : "ACCEPTED",
      discretionary: false,
      ...termsOf(request, said),
      ...priced("price", request.limitPrice),
      ...priced("stopPrice", request.stopPrice),
      filledQuantity: Answer.number(Decimal.zero),
      orderValue: Answer.number(figures.value),
      quantity: Answer.number(request.quantity),
      remainingQuantity: Answer.number(figures.isRejected ? Decimal.zero : request.quantity),
      sellNonMarginableFirst: false,
      strategy: "NONE",
      amountIndicator: "SHARES",
      orderLegs: [
        {
          ...around(figures.price),
          markPrice: Answer.number(figures.price),
          projectedCommission: Answer.number(Decimal.zero),
          quantity: Answer.number(request.quantity),
          finalSymbol: request.symbol,
          legId: 1,
          assetType: "EQUITY",
          instruction,
          positionEffect: effectOf(instruction),
          instrument: { assetType: "EQUITY", symbol: request.symbol }
        }
      ]
    }
  })
