import { Schema } from "effect"

/** What is read of an answer with tokens. */
export const TokenAnswer = Schema.Struct({
  access_token: Schema.NonEmptyString,
  refresh_token: Schema.optional(Schema.NonEmptyString),
  expires_in: Schema.NumberFromString
})
