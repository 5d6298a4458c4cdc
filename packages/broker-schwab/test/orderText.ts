import { OrderAnswer } from "@roundlot/broker-schwab"
import { ExactJson } from "@roundlot/core/adapter"
import { Schema } from "effect"

/** One leg of an execution, as text of JSON. */
export interface LegText {
  readonly quantity: string
  readonly price: string
  readonly time?: string
  readonly legId?: string
}

/** An activity that filled. */
export const fill = (...legs: ReadonlyArray<LegText>): string => activity("FILL", legs)

/** An activity of type EXECUTION. */
export const activity = (executionType: string, legs: ReadonlyArray<LegText>): string =>
  `{"activityType":"EXECUTION","executionType":"${executionType}","quantity":1.0,"orderRemainingQuantity":0.0,"executionLegs":[${legs
    .map(
      ({ legId = "1", price, quantity, time = "2026-11-20T15:00:01+0000" }) =>
        `{"legId":${legId},"quantity":${quantity},"mismarkedQuantity":0.0,"price":${price},"time":"${time}","instrumentId":1234567}`
    )
    .join(",")}]}`

/** An order as Schwab writes one, with its own text for what differs. */
export const orderText = (differs: Readonly<Record<string, string>> = {}, activities: ReadonlyArray<string> = []) => {
  const fields: Readonly<Record<string, string>> = {
    session: '"NORMAL"',
    duration: '"DAY"',
    orderType: '"MARKET"',
    complexOrderStrategyType: '"NONE"',
    quantity: "10.0",
    filledQuantity: "0.0",
    remainingQuantity: "10.0",
    orderLegCollection:
      '[{"orderLegType":"EQUITY","legId":1,"instrument":{"assetType":"EQUITY","cusip":"037833100","symbol":"AAPL","instrumentId":1234567},"instruction":"BUY","positionEffect":"OPENING","quantity":10.0}]',
    orderStrategyType: '"SINGLE"',
    orderId: "1005600000001",
    cancelable: "true",
    editable: "true",
    status: '"WORKING"',
    enteredTime: '"2026-11-20T15:00:00+0000"',
    tag: '"API_TOS"',
    accountNumber: "12345678",
    ...(activities.length === 0 ? {} : { orderActivityCollection: `[${activities.join(",")}]` }),
    ...differs
  }
  return `{${Object.entries(fields)
    .filter(([, text]) => text !== "")
    .map(([name, text]) => `"${name}":${text}`)
    .join(",")}}`
}

/** Reads the text of an order; throws where it cannot be read. */
export const readOrder = (text: string): OrderAnswer.OrderAnswer =>
  Schema.decodeUnknownSync(Schema.parseJson(OrderAnswer.OrderAnswer))(ExactJson.exact(text))
