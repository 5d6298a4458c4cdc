import { Schema, SchemaAST } from "effect"

/** The name of a schema in descriptions alone: what is wrong with a value is said by what it may be, not by that name. */
export const describedAs = (name: string) => ({ [SchemaAST.JSONIdentifierAnnotationId]: name })

/** Shares, dollars or dollars a share: an exact decimal in plain digits, never an exponent. */
export const Decimal = Schema.String.annotations({
  identifier: "Decimal",
  description: "An exact decimal in plain digits",
  examples: ["0.3", "-12", "150.25"]
})

/** A moment: ISO 8601, UTC, to the microsecond. */
export const Time = Schema.String.annotations({
  identifier: "Time",
  description: "ISO 8601 in UTC",
  examples: ["2026-11-20T14:30:00.000000Z"]
})

/** A record's id: a letter for its kind, and a number. */
export const Id = Schema.String.annotations({
  identifier: "Id",
  description: "A letter for the kind of record and a number",
  examples: ["T12", "O5"]
})

/** The earlier moment that a document is of, where one was asked for. */
export const past = {
  asOf: Schema.optional(Schema.Struct({ position: Schema.Int, at: Time }).annotations({ identifier: "Moment" }))
}

/** How many records a list has in all, whatever of it is on the page. */
export const Count = Schema.Struct({
  kind: Schema.Literal("exactly", "about", "atLeast"),
  rows: Schema.Int
}).annotations({
  identifier: "Count",
  description: "Number of records: exact up to 10,000; beyond that an estimate or a lower bound",
  examples: [{ kind: "exactly", rows: 3204 }]
})

/** How many records there are. */
export type Count = typeof Count.Type

/** What every page has beside its documents. */
export const Page = Schema.Struct({
  nextCursor: Schema.NullOr(Schema.String),
  count: Schema.optional(Count),
  ...past
}).annotations({ identifier: "Page" })

/** A page of documents. `nextCursor` is given back as `cursor`; it is null where nothing follows. `count` is there where it was asked for. */
export const pageOf = <A, I, R>(identifier: string, item: Schema.Schema<A, I, R>) =>
  Schema.Struct({
    items: Schema.Array(item),
    ...Page.fields
  }).annotations({ identifier })

/** The sides of a trade or order. */
export const Side = Schema.Literal("buy", "sell")

/** How an order is executed. */
export const OrderType = Schema.Literal("market", "limit", "stop", "stop_limit").annotations(describedAs("OrderType"))

/** How long orders work that are not made yet; `opg` and `cls` are the auctions. */
export const TimeInForce = Schema.Literal("day", "gtc", "opg", "cls", "ioc", "fok")

/** The session of a market date in which an order trades. */
export const Session = Schema.Literal("regular", "extended")

/** Does an order open or close a holding? */
export const PositionEffect = Schema.Literal("open", "close")

/** Since when it is on record, and when it last changed. */
export const dated = { createdAt: Time, updatedAt: Time }

/** Whose it is and of which instrument: null is all. */
export const scope = { account: Schema.NullOr(Schema.String), symbol: Schema.NullOr(Schema.String) }

/** An account at its broker. */
export const atBroker = {
  name: Schema.String,
  broker: Schema.String,
  environment: Schema.Literal("paper", "live")
}

/** How an order is executed beside its type: dollars a share, and how long it stands. */
export const terms = {
  limitPrice: Schema.NullOr(Decimal),
  stopPrice: Schema.NullOr(Decimal),
  timeInForce: Schema.String,
  goodTill: Schema.NullOr(Time),
  session: Session
}

/** A step of an account's offsets, from 1 on, of how many, and what it is in basis points. */
export const LadderStep = Schema.Struct({
  step: Schema.Int,
  steps: Schema.Int,
  limitOffsetBp: Schema.Int
}).annotations({ identifier: "LadderStep" })

/** A step of an account's offsets. */
export type LadderStep = typeof LadderStep.Type

/** What is wrong in a row, and where it stands in its file. */
export const rowFault = {
  line: Schema.Int,
  column: Schema.NullOr(Schema.String),
  value: Schema.String,
  reason: Schema.String
}

/** An entry of a journal in short. */
export const entry = { seq: Schema.Int, at: Time, tag: Schema.String }
