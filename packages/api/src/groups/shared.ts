import { Schema } from "effect"

/** A parameter that may be left away. */
export const text = Schema.optional(Schema.String)

const MOST = 1000

/** Which part of a list. */
export const page = {
  limit: Schema.optional(
    Schema.NumberFromString.pipe(
      Schema.int(),
      Schema.between(1, MOST, { message: () => `write a whole number from 1 to ${MOST}` })
    )
  ),
  cursor: text,
  /** Which end comes first: `oldest` or `newest`. */
  order: text
}

/** From when, inclusive, until when, exclusive. */
export const period = { since: text, until: text }

/** Parameters of a query; one that is not among them is refused by name. */
export const query = <Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.Struct(fields).annotations({ parseOptions: { onExcessProperty: "error" } })

/** The id of a record in a path. */
export const byId = Schema.Struct({ id: Schema.String })

/** A command of an operator: why, on record with it. */
export const reason = Schema.NonEmptyString.pipe(Schema.maxLength(1000))

const KEY = /^[\x21-\x7e]{1,128}$/

/** The id that makes an unsafe call happen once: the same again is answered with what it did. */
export const idempotent = Schema.Struct({
  "idempotency-key": Schema.optional(
    Schema.String.pipe(Schema.pattern(KEY, { message: () => "write 1 to 128 visible ASCII characters" }))
  )
})

/** A body; a field that is not among its own is refused by name. */
export const body = <Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.Struct(fields).annotations({ parseOptions: { onExcessProperty: "error" } })
