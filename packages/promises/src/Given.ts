import { Account, Decimal, Instant, Price, Quantity, Side, Ticker, Trade, AccountName } from "@roundlot/core"
import { OrderTerms } from "@roundlot/core/adapter"
import { Command, cutOffs, fourEyes, restrictedHours } from "@roundlot/core/ledger"
import { AllocationKey, allocationPolicies, fourEyesOperations, lotMethods } from "@roundlot/core/vocabulary"
import { Effect, ParseResult, Schema } from "effect"

const Issues = Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))

/** What is wrong with what was given, place by place. */
export type Issues = typeof Issues.Type

/** The places that a schema did not take, each with why. */
export const issuesOf = (error: ParseResult.ParseError): Issues =>
  ParseResult.ArrayFormatter.formatErrorSync(error).map(({ message, path }) => ({
    path: path.map(String).join("."),
    message
  }))

/** Issues in a line. */
export const wordsOf = (issues: Issues): string =>
  issues.map(({ message, path }) => `${path} ${message}`.trimStart()).join("; ")

/** What was given cannot be taken, and nothing of it was: `issues` names each place and what is wrong there. */
export class InvalidInput extends Schema.TaggedError<InvalidInput>()("InvalidInput", {
  what: Schema.String,
  issues: Issues
}) {
  override get message() {
    return `${this.what}: ${wordsOf(this.issues)}`
  }
}

/** A moment: text with a zone, or a date. */
const Moment = Schema.Union(
  Instant.FromString,
  Schema.transform(Schema.DateFromSelf.pipe(Schema.validDate()), Instant.Instant, {
    strict: true,
    decode: (date) => BigInt(date.getTime()) * 1000n,
    encode: (micros) => new Date(Number(micros / 1000n))
  })
).annotations({
  message: () => ({
    message: "is no date, and no ISO 8601 text with a zone, such as 2026-11-20T14:30:00Z",
    override: true
  })
})

const { batch: _batch, isTimeAssumed: _isTimeAssumed, proposal: _proposal, ...givable } = Trade.TradeInput.fields

const Given = Schema.Struct({
  ...givable,
  occurrence: Schema.optionalWith(givable.occurrence, { default: () => "0" }),
  price: Schema.optionalWith(givable.price, { default: () => undefined }),
  reverses: Schema.optionalWith(givable.reverses, { default: () => undefined }),
  tradedAt: Moment
})

/** A trade as a program gives it: shares and dollars as text, its time as text with a zone or as a date. */
export type NewTrade = typeof Given.Encoded

const Limits = {
  maxOrderQuantity: Quantity.Quantity,
  maxOrderNotional: Quantity.Quantity,
  maxOpenResidual: Quantity.Quantity,
  maxDailyNotional: Quantity.Quantity
}

const Settings = Schema.partialWith(
  Schema.Struct({
    ...Limits,
    broker: Schema.NonEmptyString,
    direction: Schema.Literal(...Account.directions),
    lot: Quantity.Quantity,
    threshold: Quantity.Quantity,
    ordersPerMinute: Schema.Int.pipe(Schema.positive()),
    maxRejectionsInARow: Schema.Int.pipe(Schema.positive()),
    restricted: Schema.Array(Ticker.Ticker),
    shorting: Schema.Literal("never", "allowed"),
    external: Schema.Literal("ignore", "count"),
    crossing: Schema.Literal(...Account.crossings),
    lotMethod: Schema.Literal(...lotMethods),
    allocation: Schema.Literal(...allocationPolicies),
    allocationKey: AllocationKey,
    cutOffs: Schema.Array(cutOffs.CutOff),
    restrictedHours: Schema.Array(restrictedHours.RestrictedHours),
    fourEyes: Schema.Array(Schema.Literal(...fourEyesOperations)),
    approvalMinutes: Schema.Int.pipe(Schema.between(1, fourEyes.MOST_APPROVAL_MINUTES)),
    cancelOnFlip: Schema.Boolean,
    maxTradeAgeMs: Schema.Int.pipe(Schema.positive())
  }),
  { exact: true }
)

/** What is set of an account; what is left away stays as it is, and of a new one is the default. */
export type NewSettings = typeof Settings.Encoded

const Wish = Schema.Struct({
  strategy: Schema.optional(Schema.String),
  symbol: Ticker.Ticker,
  side: Side.Side,
  quantity: Schema.optional(Quantity.Quantity),
  notional: Schema.optional(Decimal.FromString),
  orderType: Schema.optional(Schema.Literal(...OrderTerms.orderTypes)),
  limitPrice: Schema.optional(Price.Price),
  stopPrice: Schema.optional(Price.Price),
  timeInForce: Schema.optional(Schema.Literal(...OrderTerms.timesInForce)),
  session: Schema.optional(Schema.Literal(...OrderTerms.sessions)),
  rationale: Schema.optional(Schema.String)
})

/** A decision as a program gives it: `quantity` in shares or `notional` in dollars, as text. */
export type NewDecision = typeof Wish.Encoded

/** An act of an operator as a program gives it, by its tag: `{ _tag: "Cancel", orderId: 12 }`. */
export type NewCommand = typeof Command.Command.Encoded

/** Reads what was given as a schema has it: a field too many is an issue as well. */
export const reading =
  <A, I>(what: string, schema: Schema.Schema<A, I>) =>
  (given: unknown): Effect.Effect<A, InvalidInput> =>
    Schema.decodeUnknown(schema, { errors: "all", onExcessProperty: "error" })(given).pipe(
      Effect.mapError((error) => new InvalidInput({ what, issues: issuesOf(error) }))
    )

/** Trades as the books take them in. */
export const tradesOf = reading("trades", Schema.Array(Given).annotations({ message: () => "is no array of trades" }))

/** Settings as an account has them. */
export const settingsOf = reading("settings of an account", Settings)

/** A decision as the books take it. */
export const decisionOf = reading("a decision", Wish)

/** A command as it is carried out. */
export const commandOf = reading("a command", Command.Command)

const named =
  <A, I>(what: string, schema: Schema.Schema<A, I>) =>
  (name: unknown): Effect.Effect<A, InvalidInput> =>
    Schema.decodeUnknown(schema)(name).pipe(
      Effect.mapError(
        () => new InvalidInput({ what, issues: [{ path: "", message: `${JSON.stringify(name)} is no ${what}` }] })
      )
    )

/** The name of an account, of what was given. */
export const accountOf = named("name of an account", AccountName.AccountName)

/** A ticker, of what was given. */
export const symbolOf = named("ticker", Ticker.Ticker)
