import { Decimal, Price, Quantity } from "@roundlot/core"
import { OrderTerms } from "@roundlot/core/adapter"
import { Either, Schema } from "effect"
import { type Answer, unprocessable } from "./Answer.ts"

/** Requests take decimals as text and as numbers; a number is what its text says. */
export const Written = Schema.transform(Schema.Union(Schema.String, Schema.Number), Schema.String, {
  strict: true,
  decode: String,
  encode: (text) => text
})

/** What may be left away, or null. */
export const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

const Body = Schema.Struct({
  symbol: Schema.String,
  qty: optional(Written),
  notional: optional(Written),
  side: Schema.Literal("buy", "sell"),
  type: Schema.Literal(...OrderTerms.orderTypes, "trailing_stop"),
  time_in_force: Schema.Literal(...OrderTerms.timesInForce),
  limit_price: optional(Written),
  stop_price: optional(Written),
  trail_price: optional(Written),
  trail_percent: optional(Written),
  extended_hours: optional(Schema.Boolean),
  client_order_id: optional(Schema.String),
  order_class: optional(Schema.String),
  take_profit: optional(Schema.Struct({ limit_price: optional(Written) })),
  stop_loss: optional(Schema.Struct({ stop_price: optional(Written), limit_price: optional(Written) })),
  position_intent: optional(Schema.String)
})

/** The body of a request for an order. */
export type Body = typeof Body.Type

/** Reads a body. */
export const decodeBody = Schema.decodeUnknownEither(Schema.parseJson(Body))

/** Writes a body. */
export const encodeBody = Schema.encodeSync(Schema.parseJson(Body))

/** Reads a quantity. */
export const decodeQuantity = Schema.decodeEither(Quantity.Quantity)

const decodePrice = Schema.decodeEither(Price.Price)

/** What is made of a part of a body, or what is answered instead. */
export type Judged<A> = Either.Either<A, Answer>

/** Answers so instead. */
export const refuse = (answer: Answer): Either.Either<never, Answer> => Either.left(answer)

const ONE = Decimal.unsafe("1")

/** Is it a number of whole shares? */
export const isWhole = (value: Decimal.Decimal): boolean => Decimal.equals(value, Decimal.floorTo(value, ONE))

/** A price as it is written: to the cent, and below one dollar to the hundredth of one. */
export const priceIn = (written: string, name: string): Judged<Price.Price> =>
  Either.flatMap(
    Either.mapLeft(decodePrice(written), () => unprocessable(`${name} must be > 0`)),
    (read) => {
      const unit = Decimal.isLess(read, ONE) ? "0.0001" : "0.01"
      return Decimal.equals(read, Decimal.floorTo(read, Decimal.unsafe(unit)))
        ? Either.right(read)
        : refuse(
            unprocessable(`invalid ${name} ${written}. sub-penny increment does not fulfill minimum pricing criteria`)
          )
    }
  )
