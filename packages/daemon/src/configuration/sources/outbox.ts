import { Schema } from "effect"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** The longest name that Postgres keeps whole. */
const NAME = "[A-Za-z_][A-Za-z0-9_]{0,62}"

const named = (pattern: string) =>
  Schema.String.pipe(
    Schema.pattern(new RegExp(`^${pattern}$`), {
      message: () => ({
        message: "is not a valid name: use letters, digits and '_', for a table also SCHEMA.TABLE",
        override: true
      })
    })
  )

const Column = named(NAME)

/** A table in an app's own Postgres from which trades are read, as it is written in its database: small letters, unless it was quoted. */
export const OutboxEntry = Schema.Struct({
  table: named(`(${NAME}\\.)?${NAME}`),
  /** The columns that are called otherwise. */
  columns: optional(
    Schema.Struct({
      id: optional(Column),
      xid: optional(Column),
      sourceId: optional(Column),
      symbol: optional(Column),
      side: optional(Column),
      quantity: optional(Column),
      price: optional(Column),
      tradedAt: optional(Column),
      owner: optional(Column)
    })
  ),
  /** A table that has the same rows as the one of before, as the refusal names it. */
  accept: optional(Schema.NonEmptyString)
})

/** What a configuration says of an outbox. */
export type OutboxEntry = typeof OutboxEntry.Type

/** Where its keys stand in a configuration: each is read. */
export const outboxKeys = {
  table: "now",
  accept: "now",
  columns: {
    id: "now",
    xid: "now",
    sourceId: "now",
    symbol: "now",
    side: "now",
    quantity: "now",
    price: "now",
    tradedAt: "now",
    owner: "now"
  }
} as const
