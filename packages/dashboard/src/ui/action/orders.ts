import type { Documents } from "@roundlot/api"
import { orderOf, type Seen } from "../../api/records.ts"
import { termsWords } from "../../words/terms.ts"
import type { Action } from "./Action.ts"
import { command, aboutOf } from "./command.ts"

const ofOrder = aboutOf("order", orderOf)

/** Asks the broker to cancel an order: of any version, since a fill that came meanwhile is no reason not to stop. */
export const cancelOrder = (order: Documents.OrderDocument): Action => {
  const { filledQuantity, id, quantity, side, symbol } = order
  return {
    verb: `Cancel ${id}`,
    back: "Keep the order",
    ...ofOrder(order, cancelOrder),
    isDangerous: true,
    isStop: true,
    will: [`The broker is asked to cancel ${side} ${quantity} ${symbol}. The order ends when the broker confirms.`],
    willNot: [`${filledQuantity} of ${quantity} are filled, and stay.`],
    cli: (reason) => `roundlot orders cancel ${id} --reason ${reason}`,
    ...command(id, (api, wish) => api.controls.cancelOrder(wish))
  }
}

/** Lets an order go that waits for a person, as it was shown. */
export const approveOrder = (order: Seen<Documents.OrderDetail>): Action => {
  const { account, id, limitPrice, quantity, side, stopPrice, symbol } = order
  const prices = [stopPrice === null ? "" : `, stop ${stopPrice}`, limitPrice === null ? "" : `, limit ${limitPrice}`]
  return {
    verb: `Approve ${id}`,
    ...ofOrder(order, () => approveOrder(order)),
    will: [
      `${side} ${quantity} ${symbol} of ${account} (${termsWords(order)}${prices.join("")}) is checked against the account's limits again, and sent to the broker.`
    ],
    willNot: ["Limits and halts still apply."],
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
    verb: brokerOrderId === undefined ? `The broker has ${id}` : `${id} is ${brokerOrderId}`,
    asks: {
      term: "brokerOrderId",
      label: "The broker's order id",
      ...(brokerOrderId === undefined ? {} : { chosen: brokerOrderId })
    },
    will: [
      `You confirm that ${brokerOrderId ?? "the broker order you name"} is ${id}, ${side} ${quantity} ${symbol}. State and fills are read from it.`,
      `It is read and compared. A different symbol or side does not count, and any difference is a break that blocks ${symbol}.`
    ],
    willNot: ["No order is sent."],
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
    verb: `${id} was never placed`,
    isDangerous: true,
    typed: symbol,
    will: [
      `${id} ends, and its ${side} of ${quantity} ${symbol} is no longer in flight. Due shares are ordered again: if the broker has the order after all, they are traded twice.`
    ],
    willNot: ["The broker is not asked. You confirm it."],
    cli: (reason) => `roundlot orders resolve ${id} --not-placed --reason ${reason} --yes`,
    ...command(id, (api, { payload, ...wish }) =>
      api.controls.resolveOrder({ ...wish, payload: { ...payload, notPlaced: true } })
    )
  }
}

/** What of the broker's evidence contradicts a live order, as a sentence. */
export const contradicting: { readonly [F in NonNullable<Documents.OrderDetail["contradiction"]>["fact"]]: string } = {
  EndReported: "The broker reported its end. No second reading confirms it.",
  NotListed: "It is missing in the broker's complete history."
}

/** A live order that its broker contradicts: a person has looked, and it has ended there. One that the broker shows live refuses it. */
export const markEnded = (
  order: Seen<Documents.OrderDetail>,
  against: NonNullable<Documents.OrderDetail["contradiction"]>
): Action => {
  const { filledQuantity, id, quantity, side, symbol } = order
  return {
    ...ofOrder(order, (now) => markEnded(now, now.contradiction ?? against)),
    verb: `${id} has ended`,
    isDangerous: true,
    typed: symbol,
    will: [
      `${contradicting[against.fact]} You confirm that it ended as ${against.as}.`,
      `${id} ends with ${filledQuantity} of ${quantity} filled. Due shares are ordered again: if the ${side} order in ${symbol} still works at the broker, they are traded twice.`
    ],
    willNot: ["The broker is not asked. You confirm it."],
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
    verb: `Accept report ${number}`,
    isDangerous: true,
    typed: symbol,
    will: [
      `Books ${held?.field ?? "what was reported"} ${held?.reported ?? ""} of ${id}, where ${held?.possible ?? "less"} was possible.`,
      `Trading in ${symbol} continues when no other report of ${id} is held.`
    ],
    willNot: ["The broker is not asked again."],
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
    verb: `Void reports of ${id}`,
    isDangerous: true,
    typed: symbol,
    will: [
      `All reported totals of ${id} are discarded. It is ${side} ${sentQuantity} ${symbol} again, as sent.`,
      "Held reports are closed as voided."
    ],
    willNot: ["Its executions stay. Void them one by one on the command line."],
    cli: (reason) => `roundlot orders void ${id} --reason ${reason} --yes`,
    ...command(id, (api, wish) => api.controls.voidOrder(wish))
  }
}
