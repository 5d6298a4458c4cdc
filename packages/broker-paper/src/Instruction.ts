import { AccountName, Decimal, Price, Quantity, Side, Ticker } from "@roundlot/core"
import { OrderTerms, Report } from "@roundlot/core/adapter"
import { Either, ParseResult, Schema } from "effect"

/** The requests that the exchange takes. A look-up by client order id is an `order`; the fills of one order are `fills`. */
export const operations = [
  "place",
  "cancel",
  "order",
  "orders",
  "fills",
  "positions",
  "account",
  "instrument",
  "quote",
  "stream",
  "token"
] as const

/** One of the requests that the exchange takes. */
export type Operation = (typeof operations)[number]

const Milliseconds = Schema.Int.pipe(Schema.nonNegative())

const optional = Schema.optional

const ofOrder = { brokerOrderId: optional(Schema.String), clientOrderId: optional(Schema.String) }

/** What each act takes; an act without `brokerOrderId` or `clientOrderId` is about the order that triggered it. */
const actFields = {
  accept: {},
  fill: { quantity: optional(Quantity.Quantity), price: optional(Price.Price), ...ofOrder },
  /** `class`: what the refusal is about, which decides when its position may order again. */
  reject: {
    code: optional(Schema.String),
    words: optional(Schema.String),
    class: optional(Schema.Literal(...Report.refusalClasses)),
    ...ofOrder
  },
  takeThenTimeout: {},
  takeThenReset: {},
  resetBefore: {},
  delay: { ms: Milliseconds },
  answer: {
    status: Schema.Int.pipe(Schema.between(100, 599)),
    headers: optional(Schema.Record({ key: Schema.String, value: Schema.String })),
    body: optional(Schema.Unknown),
    /** The request is done all the same, and only answered so. */
    taken: optional(Schema.Boolean)
  },
  duplicateEvent: {},
  reorder: {},
  silence: { ms: optional(Milliseconds), ...ofOrder },
  dropStream: {},
  /** From listings and look-ups by client id; `everywhere` from reads by its broker id too, as if it had never been. */
  hide: { ms: Milliseconds, everywhere: optional(Schema.Boolean), ...ofOrder },
  correct: { execId: optional(Schema.String), quantity: optional(Quantity.Quantity), price: optional(Price.Price) },
  bust: { execId: optional(Schema.String) },
  cancel: ofOrder,
  /** What a working order is called from now on by whoever shows statuses in a broker's own words; it rests until it is filled. */
  status: { word: Schema.NonEmptyTrimmedString, ...ofOrder },
  manualOrder: {
    account: optional(AccountName.AccountName),
    clientOrderId: optional(Schema.String),
    symbol: Ticker.Ticker,
    side: Side.Side,
    quantity: Quantity.Quantity,
    type: optional(Schema.Literal(...OrderTerms.orderTypes)),
    limitPrice: optional(Price.Price),
    stopPrice: optional(Price.Price),
    timeInForce: optional(Schema.Literal(...OrderTerms.policyTimesInForce)),
    session: optional(Schema.Literal(...OrderTerms.sessions))
  },
  /** Shares that come or go without an order, as by a transfer: what is held from now on, signed. */
  holding: { account: optional(AccountName.AccountName), symbol: Ticker.Ticker, quantity: Decimal.FromString },
  /** `spread`: by how many dollars who buys pays more than who sells gets, around the price; none where nothing is said. */
  /** `size`: how many shares the market has at the price for each side; without end where nothing is said. */
  price: {
    symbol: Ticker.Ticker,
    price: Price.Price,
    spread: optional(Decimal.FromString),
    size: optional(Quantity.Quantity)
  },
  /** Nothing trades in the symbol for so long, or until it is resumed. */
  halt: { symbol: Ticker.Ticker, ms: optional(Milliseconds) },
  resume: { symbol: Ticker.Ticker },
  /** Limit up, limit down: a price beyond pauses the symbol for five minutes instead of being traded at. */
  bands: { symbol: Ticker.Ticker, lower: Price.Price, upper: Price.Price },
  /** A split: `from` shares become `to`, and orders that work follow it; after a reverse split they are cancelled. */
  split: { symbol: Ticker.Ticker, from: Quantity.Quantity, to: Quantity.Quantity },
  /** A symbol has another name: its holdings and its price go by that, its orders are cancelled. */
  rename: { symbol: Ticker.Ticker, to: Ticker.Ticker },
  /** Opens or closes the regular session; `extended` says whether orders of the extended one trade while it is closed. */
  session: { open: Schema.Boolean, extended: optional(Schema.Boolean) },
  buyingPower: { amount: Decimal.FromString, account: optional(AccountName.AccountName) },
  expireToken: {}
}

/** The names of all acts. */
export const actNames: ReadonlyArray<string> = Object.keys(actFields)

type ActName = keyof typeof actFields

const act = <Name extends ActName>(name: Name) => Schema.TaggedStruct(name, actFields[name])

/** What the exchange is told to do. Inside it is tagged; in JSON it is `{ "fill": { "quantity": "3" } }`. */
export const Act = Schema.Union(
  act("accept"),
  act("fill"),
  act("reject"),
  act("takeThenTimeout"),
  act("takeThenReset"),
  act("resetBefore"),
  act("delay"),
  act("answer"),
  act("duplicateEvent"),
  act("reorder"),
  act("silence"),
  act("dropStream"),
  act("hide"),
  act("correct"),
  act("bust"),
  act("cancel"),
  act("status"),
  act("manualOrder"),
  act("holding"),
  act("price"),
  act("halt"),
  act("resume"),
  act("bands"),
  act("split"),
  act("rename"),
  act("session"),
  act("buyingPower"),
  act("expireToken")
)

/** What the exchange is told to do. */
export type Act = typeof Act.Type

const aboutOrder: ReadonlyArray<Operation> = ["place", "cancel", "order"]

const WhenFields = Schema.Struct({
  account: optional(AccountName.AccountName),
  symbol: optional(Ticker.Ticker),
  side: optional(Side.Side),
  clientOrderId: optional(Schema.String),
  order: optional(Schema.Int.pipe(Schema.positive())),
  operation: optional(Schema.Literal(...operations)),
  nth: optional(Schema.Int.pipe(Schema.positive()))
})

/**
 * What an instruction waits for. All that is named must agree. Without `operation` it waits for an order to be placed. `order`
 * and `nth` count the requests that agree, from the moment the instruction was given, beginning with 1.
 */
export const When = WhenFields.pipe(
  Schema.filter((when) => {
    const operation = when.operation ?? "place"
    if (when.order !== undefined && when.nth !== undefined) return "names both `order` and `nth`; keep one"
    if (when.order !== undefined && operation !== "place")
      return `counts orders; for a ${operation} request use \`nth\``
    const filter = when.symbol ?? when.side ?? when.clientOrderId
    if (filter !== undefined && !aboutOrder.includes(operation)) {
      return `names an order, but a request of \`${operation}\` is about none; leave symbol, side and clientOrderId away`
    }
    return undefined
  })
)

/** What an instruction waits for. */
export type When = typeof When.Type

const InstructionFields = {
  id: Schema.String.pipe(Schema.minLength(1), Schema.maxLength(128)),
  when: optional(When),
  do: Act,
  times: optional(Schema.Int.pipe(Schema.positive()))
}

/** One instruction to the exchange: do this, at once or when that happens, `times` times (default 1). */
export const Instruction = Schema.Struct(InstructionFields)

/** One instruction to the exchange. */
export type Instruction = typeof Instruction.Type

type EncodedAct = typeof Act.Encoded

/** An act as it is written: one key, which names it, with what it takes. */
export type ActInput = {
  [A in EncodedAct as A["_tag"]]: { readonly [K in A["_tag"]]: Omit<A, "_tag"> }
}[EncodedAct["_tag"]]

/**
 * An instruction as it is written. Decimals are texts.
 *
 * @example
 * const input: InstructionInput = { id: "i1", when: { symbol: "AAPL" }, do: { fill: { quantity: "3", price: "150.25" } } }
 */
export interface InstructionInput {
  readonly id: string
  readonly when?: typeof WhenFields.Encoded
  readonly do: ActInput
  readonly times?: number
}

/** A text or value that is no instruction; `detail` names the place and, for an unknown word, the nearest known one. */
export class InstructionUnreadable extends Schema.TaggedError<InstructionUnreadable>()("InstructionUnreadable", {
  detail: Schema.String
}) {
  override get message() {
    return `not an instruction: ${this.detail}`
  }
}

/** An instruction that reads well but cannot be done as things are; `detail` says why and what to name instead. */
export class InstructionRefused extends Schema.TaggedError<InstructionRefused>()("InstructionRefused", {
  id: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `instruction ${this.id} cannot be done: ${this.detail}`
  }
}

/** Reads an instruction from a value of the JSON grammar (`do` may also be a bare name, or carry the name under `kind`). */
export const decode = (input: unknown): Either.Either<Instruction, InstructionUnreadable> =>
  normalise(input).pipe(
    Either.flatMap((written) =>
      Schema.decodeUnknownEither(Instruction)(written, { onExcessProperty: "error", errors: "first" }).pipe(
        Either.mapLeft((error) => unreadable(faultOf(error, written)))
      )
    )
  )

/** Reads an instruction from one line of JSON. */
export const parse = (text: string): Either.Either<Instruction, InstructionUnreadable> =>
  Either.try({ try: (): unknown => JSON.parse(text), catch: () => unreadable("the text is not JSON") }).pipe(
    Either.flatMap(decode)
  )

const unreadable = (detail: string) => new InstructionUnreadable({ detail })

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Brings `do` from the written form into the tagged one. */
const normalise = (input: unknown): Either.Either<Record<string, unknown>, InstructionUnreadable> => {
  if (!isRecord(input)) return Either.left(unreadable("it is no JSON object"))
  const written = input["do"]
  if (written === undefined) return Either.right(input)
  return tagged(written).pipe(Either.map((action) => ({ ...input, do: action })))
}

const tagged = (written: unknown): Either.Either<Record<string, unknown>, InstructionUnreadable> => {
  if (typeof written === "string") return named(written, {})
  if (!isRecord(written)) return Either.left(unreadable("`do` is neither a name nor an object"))
  if (typeof written["kind"] === "string") {
    const { kind, ...rest } = written
    return named(kind, rest)
  }
  const [name, ...others] = Object.keys(written)
  if (name === undefined || others.length > 0) {
    return Either.left(unreadable("`do` has one key, the name of what is to be done, or a `kind`"))
  }
  return named(name, written[name] ?? {})
}

const named = (name: unknown, rest: unknown): Either.Either<Record<string, unknown>, InstructionUnreadable> => {
  if (typeof name !== "string" || !actNames.includes(name)) {
    return Either.left(unreadable(`\`do.${String(name)}\` is unknown${meant(String(name), actNames)}`))
  }
  return isRecord(rest)
    ? Either.right({ ...rest, _tag: name })
    : Either.left(unreadable(`\`do.${name}\` takes an object, such as {}`))
}

const meant = (word: string, known: ReadonlyArray<string>): string => {
  const near = nearest(word, known)
  return near === undefined ? `; known are ${known.join(", ")}` : `; did you mean \`${near}\`?`
}

const faultOf = (error: ParseResult.ParseError, written: Record<string, unknown>): string => {
  const issue = ParseResult.ArrayFormatter.formatErrorSync(error)[0]
  if (issue === undefined) return error.message
  const path = issue.path.map(String)
  const place = path.length === 0 ? "it" : `\`${asWritten(path, written).join(".")}\``
  if (issue._tag === "Unexpected") return `${place} is unknown${meant(path.at(-1) ?? "", knownAt(path, written))}`
  const found = valueAt(path, written)
  if (typeof found === "number" && issue.message.startsWith("Expected string")) {
    return `${place} is a number; decimals are written as text: "${found}"`
  }
  return issue._tag === "Missing" ? `${place} is missing` : `${place}: ${issue.message}`
}

/** Inside, an act's name stands beside what it takes; as written it stands around it. */
const asWritten = ([first, ...rest]: ReadonlyArray<string>, written: Record<string, unknown>): ReadonlyArray<string> =>
  first === "do" && rest.length > 0
    ? ["do", String(valueAt(["do", "_tag"], written)), ...rest]
    : [String(first), ...rest]

const knownAt = (path: ReadonlyArray<string>, written: Record<string, unknown>): ReadonlyArray<string> => {
  if (path[0] === "when") return Object.keys(WhenFields.fields)
  if (path[0] !== "do" || path.length < 2) return Object.keys(InstructionFields)
  const name = valueAt(["do", "_tag"], written)
  const entry = Object.entries(actFields).find(([key]) => key === name)
  return entry === undefined ? actNames : Object.keys(entry[1])
}

const valueAt = (path: ReadonlyArray<string>, value: unknown): unknown =>
  path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value)

/** The one of `known` that is fewest edits away from `text`, where that is near enough to be what was meant. */
const nearest = (text: string, known: ReadonlyArray<string>): string | undefined => {
  const ranked = known
    .map((word) => ({ word, edits: edits(text.toLowerCase(), word.toLowerCase()) }))
    .toSorted((a, b) => a.edits - b.edits)
  const best = ranked[0]
  return best !== undefined && best.edits <= Math.max(2, Math.ceil(best.word.length / 3)) ? best.word : undefined
}

const edits = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
