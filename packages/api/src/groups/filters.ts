import { Schema } from "effect"

/** A parameter that may be left away, and what it is for. */
export const word = (description: string) => Schema.optional(Schema.String).annotations({ description })

/** A parameter that must be given, and what it is for. */
export const needed = (description: string) => Schema.propertySignature(Schema.String).annotations({ description })

/** A parameter that may be left away: `true` or `false`. */
export const flag = (description: string) =>
  Schema.optional(Schema.BooleanFromString.annotations({ jsonSchema: { type: "boolean", description } }))

/** A schema of whole numbers, described as one: of what is read from a text only its text would be. */
const described = (
  schema: Schema.Schema<number, string>,
  jsonSchema: { readonly description: string; readonly minimum?: number; readonly maximum?: number }
) => Schema.optional(schema.pipe(Schema.filter(() => true, { jsonSchema: { type: "integer", ...jsonSchema } })))

/** A whole number that may be left away. */
export const number = (description: string) => described(Schema.NumberFromString.pipe(Schema.int()), { description })

/** A whole number between two others that may be left away. */
export const whole = (description: string, minimum: number, maximum: number) =>
  described(
    Schema.NumberFromString.pipe(
      Schema.int(),
      Schema.between(minimum, maximum, { message: () => `write a whole number from ${minimum} to ${maximum}` })
    ),
    { description, minimum, maximum }
  )

/** What lists are narrowed by, each with what it means in all of them. */
export const only = {
  account: word("Only of this account, by its name."),
  symbol: word("Only in this symbol."),
  side: word("Only of this side: `buy` or `sell`."),
  status: word("Only with this status, as shown in the records; an unknown one is rejected (400)."),
  source: word("Only of this source of trades."),
  sourceId: word("Only with this id at the source."),
  owner: word("Only of this beneficial owner."),
  orderId: word("Only of this order, such as `O5`."),
  tradeId: word("Only of this trade, such as `T12`."),
  strategy: word("Only of this strategy."),
  broker: word("Only at this broker, such as `paper` or `alpaca`."),
  environment: word("Only of this environment: `paper` or `live`."),
  brokerOrderId: word("Only with this id of the order at the broker."),
  clientOrderId: word("Only with this client order id, as sent to the broker."),
  orderNumber: word("Only with this order number of the client that placed it."),
  clientId: word("Only placed by this client of the broker."),
  permId: word("Only with the broker's durable id of the order."),
  execId: word("Only with the broker's id of the execution."),
  secType: word("Only of this security type, as named by the broker."),
  exchange: word("Only executed at this exchange."),
  currency: word("Only in this currency."),
  httpStatus: word("Only with this HTTP status of the broker's response."),
  entity: word("Only about this record: an id such as `T12`, or a kind and its id, `position/AAPL`."),
  tag: word("Only events of this kind, such as `OrderCreated`."),
  actor: word("Only made by this actor; orders, trades and batches with `since`."),
  type: word("Only of this type, such as `reconcile`."),
  key: word("Only with this key.")
} as const
