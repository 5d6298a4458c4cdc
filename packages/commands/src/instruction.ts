import { Instant, Price } from "@roundlot/core"
import { OrderTerms } from "@roundlot/core/adapter"
import { Either, Schema } from "effect"
import { UsageError } from "./UsageError.ts"

/** What the flags of an order's execution say. */
export interface Asked {
  readonly type: string | undefined
  readonly limitPrice: string | undefined
  readonly stopPrice: string | undefined
  readonly timeInForce: string | undefined
  readonly goodTill: string | undefined
  readonly session: string | undefined
}

/** An instruction that cannot be, of which part. */
export const refused = (problem: string, field?: string): UsageError =>
  new UsageError({ problem, remedy: "See the verb's --help for the allowed values", field })

const maybe =
  <const W extends readonly [string, ...ReadonlyArray<string>]>(name: string, words: W) =>
  (text: string | undefined): Either.Either<W[number] | undefined, UsageError> =>
    text === undefined
      ? Either.right(undefined)
      : Either.mapLeft(Schema.decodeUnknownEither(Schema.Literal(...words))(text.toLowerCase()), () =>
          refused(`${name} "${text}" is not one of ${words.join(", ")}`, name)
        )

const price = (name: string, text: string | undefined): Either.Either<Price.Price | undefined, UsageError> =>
  text === undefined
    ? Either.right(undefined)
    : Either.mapLeft(Schema.decodeEither(Price.Price)(text), () =>
        refused(`${name} "${text}" is not a price above zero, such as 199.5`, name)
      )

const moment = (name: string, text: string | undefined): Either.Either<Instant.Instant | undefined, UsageError> =>
  text === undefined
    ? Either.right(undefined)
    : Either.mapLeft(Schema.decodeEither(Instant.FromString)(text), () =>
        refused(`${name} "${text}" is not an ISO 8601 time with a zone, such as 2026-12-01T21:00:00Z`, name)
      )

/** What the parts of an instruction are called where they are given. */
export type Names = { readonly [K in keyof Asked]: string }

const FLAGS: Names = {
  type: "--type",
  limitPrice: "--limit-price",
  stopPrice: "--stop-price",
  timeInForce: "--time-in-force",
  goodTill: "--good-till",
  session: "--session"
}

/** How an order is to be executed; a price that its type lacks or has no use for is refused. The error's `field` is one of the names. */
export const read = (asked: Asked, names: Names = FLAGS): Either.Either<OrderTerms.Instruction, UsageError> =>
  Either.gen(function* () {
    const instruction: OrderTerms.Instruction = {
      type: (yield* maybe(names.type, OrderTerms.orderTypes)(asked.type)) ?? "market",
      limitPrice: yield* price(names.limitPrice, asked.limitPrice),
      stopPrice: yield* price(names.stopPrice, asked.stopPrice),
      timeInForce: yield* maybe(
        names.timeInForce,
        OrderTerms.timesInForce
      )(asked.timeInForce ?? (asked.goodTill === undefined ? undefined : "gtd")),
      goodTill: yield* moment(names.goodTill, asked.goodTill),
      session: yield* maybe(names.session, OrderTerms.sessions)(asked.session)
    }
    const fault = OrderTerms.termFaultOf(instruction)
    return fault === undefined ? instruction : yield* Either.left(refused(fault.words, names[fault.of]))
  })
