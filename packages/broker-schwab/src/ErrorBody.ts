import type { HttpOutcome } from "@roundlot/core/adapter"
import { Option, Schema } from "effect"

const Plain = Schema.Struct({ message: Schema.String, errors: Schema.optional(Schema.Array(Schema.String)) })
const Detailed = Schema.Struct({
  errors: Schema.NonEmptyArray(
    Schema.Struct({
      id: Schema.optional(Schema.String),
      title: Schema.optional(Schema.String),
      detail: Schema.optional(Schema.String)
    })
  )
})
const OfToken = Schema.Struct({ error: Schema.String, error_description: Schema.optional(Schema.String) })

const decodePlain = Schema.decodeUnknownOption(Schema.parseJson(Plain))
const decodeDetailed = Schema.decodeUnknownOption(Schema.parseJson(Detailed))
const decodeOfToken = Schema.decodeUnknownOption(Schema.parseJson(OfToken))

/** The Trader API's words of an error; none where the body is neither of the two forms that it writes them in. */
export const traderErrorIn = (text: string): Option.Option<string> =>
  decodePlain(text).pipe(
    Option.map(({ errors = [], message }) => [message, ...errors].join("; ")),
    Option.orElse(() =>
      Option.map(decodeDetailed(text), ({ errors }) =>
        errors.map(({ detail, title }) => detail ?? title ?? "an error without words").join("; ")
      )
    )
  )

/** The token endpoint's words of an error, as OAuth has them; none where the body is of another form. */
export const tokenErrorIn = (text: string): Option.Option<string> =>
  Option.map(decodeOfToken(text), ({ error, error_description }) =>
    error_description === undefined ? error : `${error}: ${error_description}`
  )

/** Schwab's words of an error; none where the body is not one of the three forms that it writes them in. */
export const errorIn = (text: string): Option.Option<string> =>
  Option.orElse(traderErrorIn(text), () => tokenErrorIn(text))

/** Schwab's words of a refusal; where there are none, the status and what came in place of words. */
export const wordsOf = ({ status, text }: HttpOutcome.Answered): string =>
  Option.getOrElse(errorIn(text), () => `status ${status} without an error of Schwab's`)
