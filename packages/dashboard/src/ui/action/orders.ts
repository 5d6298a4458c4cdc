import type { Documents } from "@roundlot/api"
import { orderOf, type Seen } from "../../api/records.ts"
import { chosen } from "../parts/settings.ts"
import { termsWords } from "../../words/terms.ts"
import type { Action } from "./Action.ts"
import { command, aboutOf } from "./command.ts"
import { texts } from "../../words/text/orderActions.ts"

const ofOrder = aboutOf("order", orderOf)

/** Asks the broker to cancel an order: of any version, since a fill that came meanwhile is no reason not to stop. */
export const cancelOrder = (order: Documents.OrderDocument): Action => {
  const { filledQuantity, id, quantity, side, symbol } = order
  return {
    verb: texts.cancel({ id }),
    back: texts.keepTheOrder,
    ...ofOrder(order, cancelOrder),
    isDangerous: true,
    isStop: true,
    will: [texts.cancelIsAsked({ side, quantity, symbol })],
    willNot: [texts.filledStay({ filled: filledQuantity, quantity })],
    cli: (reason) => `roundlot orders cancel ${id} --reason ${reason}`,
    ...command(id, (api, wish) => api.controls.cancelOrder(wish))
  }
}

/** Makes the order that is due in the place of one that has ended. */
export const retryOrder = (order: Documents.OrderDocument): Action => {
  const { id, symbol } = order
  return {
    verb: texts.retry({ id }),
    ...ofOrder(order, retryOrder),
    will: [texts.newOrderInPlace({ id, symbol })],
    willNot: [texts.endedStays({ id })],
    cli: (reason) => `roundlot orders retry ${id} --reason ${reason} --yes`,
    ...command(id, (api, wish) => api.controls.retryOrder(wish))
  }
}

/** Lets an order go that waits for a person, as it was shown. */
export const approveOrder = (order: Seen<Documents.OrderDetail>): Action => {
  const { account, id, limitPrice, quantity, side, stopPrice, symbol } = order
  const terms = [
    termsWords(order, chosen().utc),
    ...(stopPrice === null ? [] : [texts.stopPrice({ price: stopPrice })]),
    ...(limitPrice === null ? [] : [texts.limitPrice({ price: limitPrice })])
  ].join(", ")
  return {
    verb: texts.approve({ id }),
    ...ofOrder(order, () => approveOrder(order)),
    will: [texts.isCheckedAgain({ side, quantity, symbol, account, terms })],
    willNot: [texts.limitsAndHaltsStill],
    cli: (reason) => `roundlot orders approve ${id} --quantity ${quantity} --reason ${reason}`,
    ...command(id, (api, { payload, ...wish }) =>
      api.controls.approveOrder({ ...wish, payload: { ...payload, quantity } })
    )
  }
}

/** An order in doubt: a person has looked and says that the broker has it, and under which id. One that is in doubt no more refuses it, whatever else of it has changed. */
export const markPlaced = (order: Seen<Documents.OrderDocument>, brokerOrderId: string | undefined): Action => {
  const { id, quantity, side, symbol } = order
  return {
    ...ofOrder(order, (now) => markPlaced(now, brokerOrderId)),
    verb: brokerOrderId === undefined ? texts.brokerHas({ id }) : texts.orderIsBrokerOrder({ id, brokerOrderId }),
    asks: {
      term: "brokerOrderId",
      label: texts.brokerOrderId,
      ...(brokerOrderId === undefined ? {} : { chosen: brokerOrderId })
    },
    will: [
      brokerOrderId === undefined
        ? texts.youConfirmTheOneYouName({ id, side, quantity, symbol })
        : texts.youConfirmThatIs({ brokerOrderId, id, side, quantity, symbol }),
      texts.isReadAndCompared({ symbol })
    ],
    willNot: [texts.noOrderIsSent],
    cli: (reason, said) => `roundlot orders resolve ${id} --as ${said} --reason ${reason}`,
    ...command(id, (api, { payload, ...wish }, said) =>
      api.controls.resolveOrder({ ...wish, payload: { ...payload, as: said } })
    )
  }
}

/** An order in doubt: a person has looked and says that the broker never got it. One that is in doubt no more refuses it. */
export const markNotPlaced = (order: Seen<Documents.OrderDocument>): Action => {
  const { id, quantity, side, symbol } = order
  return {
    ...ofOrder(order, markNotPlaced),
    verb: texts.wasNeverPlaced({ id }),
    isDangerous: true,
    typed: symbol,
    will: [texts.endsUnplaced({ id, side, quantity, symbol })],
    willNot: [texts.brokerIsNotAsked],
    cli: (reason) => `roundlot orders resolve ${id} --not-placed --reason ${reason} --yes`,
    ...command(id, (api, { payload, ...wish }) =>
      api.controls.resolveOrder({ ...wish, payload: { ...payload, notPlaced: true } })
    )
  }
}

/** What of the broker's evidence contradicts a live order, as a sentence. */
export const contradicting: { readonly [F in NonNullable<Documents.OrderDetail["contradiction"]>["fact"]]: string } = {
  EndReported: texts.endReported,
  NotListed: texts.missingInHistory
}

/** A live order that its broker contradicts: a person has looked, and it has ended there. One that the broker shows live refuses it. */
export const markEnded = (
  order: Seen<Documents.OrderDetail>,
  against: NonNullable<Documents.OrderDetail["contradiction"]>
): Action => {
  const { filledQuantity, id, quantity, side, symbol } = order
  return {
    ...ofOrder(order, (now) => markEnded(now, now.contradiction ?? against)),
    verb: texts.hasEnded({ id }),
    isDangerous: true,
    typed: symbol,
    will: [
      texts.youConfirmItsEnd({ fact: contradicting[against.fact], as: against.as }),
      texts.endsFilled({ id, filled: filledQuantity, quantity, side, symbol })
    ],
    willNot: [texts.brokerIsNotAsked],
    cli: (reason) => `roundlot orders resolve ${id} --ended --reason ${reason} --yes`,
    ...command(id, (api, { payload, ...wish }) =>
      api.controls.resolveOrder({ ...wish, payload: { ...payload, ended: true } })
    )
  }
}

/** A report that is held as implausible was true: it is booked as it was reported. */
export const acceptReport = (order: Seen<Documents.OrderDetail>, number: number): Action => {
  const { heldReports, id, symbol } = order
  const held = heldReports.find((each) => each.number === number)
  return {
    ...ofOrder(order, (now) => acceptReport({ ...order, ...now }, number)),
    verb: texts.acceptReport({ number }),
    isDangerous: true,
    typed: symbol,
    will: [
      texts.booksReport({
        field: held?.field ?? texts.reportedField,
        reported: held?.reported ?? "",
        id,
        possible: held?.possible ?? texts.less
      }),
      texts.tradingContinues({ symbol, id })
    ],
    willNot: [texts.brokerIsNotAskedAgain],
    cli: (reason) => `roundlot orders accept-report ${id} --report ${number} --reason ${reason} --yes`,
    ...command(id, (api, { payload, ...wish }) =>
      api.controls.acceptReport({ ...wish, payload: { ...payload, report: number } })
    )
  }
}

/** What was booked of an order counts no more: its totals, and one execution where that is named. */
export const voidOrder = (order: Seen<Documents.OrderDetail>): Action => {
  const { id, sentQuantity, side, symbol } = order
  return {
    ...ofOrder(order, (now) => voidOrder({ ...order, ...now })),
    verb: texts.voidReports({ id }),
    isDangerous: true,
    typed: symbol,
    will: [texts.totalsDiscarded({ id, side, quantity: sentQuantity, symbol }), texts.heldReportsClose],
    willNot: [texts.executionsStay],
    cli: (reason) => `roundlot orders void ${id} --reason ${reason} --yes`,
    ...command(id, (api, wish) => api.controls.voidOrder(wish))
  }
}
