import { Decimal, Instant, Price, Quantity, type Trade } from "@roundlot/core"
import { unstorable } from "@roundlot/core/adapter"
import { BigDecimal, Either, Schema } from "effect"
import { decodeEventLog, parseAbiItem, toEventSelector, type AbiEvent } from "viem"
import { idOf, type EventLog, type Wanted } from "./Block.ts"
import type { EvmSettings } from "./EvmSettings.ts"

/** What a configuration says of an event does not fit the event. */
export class EventFault extends Schema.TaggedError<EventFault>()("EventFault", {
  place: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.place} ${this.problem}`
  }
}

/** The event as its signature says, and how its fields are a trade's. */
export interface EventReader {
  readonly wanted: Wanted
  /** The trade that a log is, or why it is none: without its source, and with its identity as the chain has it. */
  readonly tradeOf: (log: EventLog, timestamp: number) => Either.Either<EventTrade, string>
}

/** What an event says of a trade. */
export type EventTrade = Pick<Trade.TradeInput, "sourceId" | "symbol" | "side" | "quantity" | "price" | "tradedAt">

type Mapping = Pick<EvmSettings, "contracts" | "event" | "price" | "quantity" | "side" | "symbol">

type Values = ReadonlyMap<string, unknown>

const eventOf = (signature: string): Either.Either<AbiEvent, EventFault> => {
  const problem =
    "is no event's signature, such as event Trade(uint256 indexed id, address token, bool isBuy, uint256 quantity)"
  const fault = new EventFault({ place: "event", problem })
  return Either.try({ try: (): unknown => parseAbiItem([signature]), catch: () => fault }).pipe(
    Either.filterOrLeft(isEvent, () => fault)
  )
}

const isEvent = (item: unknown): item is AbiEvent =>
  typeof item === "object" && item !== null && "type" in item && item.type === "event"

const WHOLE = /^u?int\d*$/

const typeOf = ({ inputs }: AbiEvent, field: string) => inputs.find(({ name }) => name === field)?.type

/** The fields that must be whole amounts, by where they stand in the configuration. */
const amountsOf = ({ price, quantity, side }: Mapping): ReadonlyArray<readonly [place: string, field: string]> => [
  ["quantity.field", quantity.field],
  ...(typeof side === "object" && "signOf" in side ? [["side.signOf", side.signOf] as const] : []),
  ...(price === undefined
    ? []
    : "field" in price
      ? [["price.field", price.field] as const]
      : [["price.of.field", price.of.field] as const, ["price.per.field", price.per.field] as const])
]

const plainOf = ({ side, symbol }: Mapping): ReadonlyArray<readonly [place: string, field: string]> => [
  ...("field" in symbol ? [["symbol.field", symbol.field] as const] : []),
  ...(typeof side === "object" && "field" in side ? [["side.field", side.field] as const] : [])
]

const fitting = (event: AbiEvent, mapping: Mapping): EventFault | undefined => {
  for (const [place, field] of [...amountsOf(mapping), ...plainOf(mapping)])
    if (typeOf(event, field) === undefined)
      return new EventFault({ place, problem: `names "${field}", and the event has no such field` })
  for (const [place, field] of amountsOf(mapping))
    if (!WHOLE.test(typeOf(event, field) ?? ""))
      return new EventFault({ place, problem: `names "${field}", which is no whole number` })
  const hashed = event.inputs.filter(({ indexed, type }) => indexed === true && ["string", "bytes"].includes(type))
  const [place] = plainOf(mapping).find(([, field]) => hashed.some(({ name }) => name === field)) ?? []
  return place === undefined
    ? undefined
    : new EventFault({ place, problem: "is an indexed text, of which the chain keeps a hash alone" })
}

const amountOf = (values: Values, field: string, decimals: number): Either.Either<Decimal.Decimal, string> => {
  const value = values.get(field)
  if (typeof value !== "bigint" && typeof value !== "number") return Either.left(`${field} is no whole number`)
  return Either.right(BigDecimal.make(BigInt(value), decimals))
}

/** An amount as the books take it: above zero, and of so many digits that it can be read again. */
const taken = <A>(
  field: string,
  schema: Schema.Schema<A, string>,
  amount: Decimal.Decimal
): Either.Either<A, string> => {
  const text = Decimal.format(Decimal.abs(amount))
  return Either.mapLeft(Schema.decodeEither(schema)(text), () => `${field} ${Decimal.faultOf(text) ?? "is zero"}`)
}

const PRICE_DIGITS = 12

const priceOf = (values: Values, price: Mapping["price"]): Either.Either<Price.Price | undefined, string> =>
  Either.gen(function* () {
    if (price === undefined) return undefined
    if ("field" in price)
      return yield* taken("price", Price.Price, yield* amountOf(values, price.field, price.decimals))
    const of = yield* amountOf(values, price.of.field, price.of.decimals)
    const per = yield* amountOf(values, price.per.field, price.per.decimals)
    if (Decimal.isZero(per)) return yield* Either.left(`${price.per.field} is zero`)
    return yield* taken("price", Price.Price, Decimal.divide(of, per, price.digits ?? PRICE_DIGITS))
  })

const MOST_SHOWN = 40

/** What a contract says, for a cursor and a message: of any length, and with any character in it. */
const shown = (text: string): string => JSON.stringify(text.slice(0, MOST_SHOWN))

const sideOf = (values: Values, side: Mapping["side"]): Either.Either<"buy" | "sell", string> => {
  if (typeof side === "string") return Either.right(side)
  if ("signOf" in side)
    return Either.flatMap(amountOf(values, side.signOf, 0), (amount) => {
      if (Decimal.isZero(amount)) return Either.left(`${side.signOf} is zero`)
      return Either.right(Decimal.isPositive(amount) === (side.positive === "buy") ? "buy" : "sell")
    })
  const text = String(values.get(side.field))
  if (text === (side.buy ?? "true")) return Either.right("buy")
  return text === (side.sell ?? "false")
    ? Either.right("sell")
    : Either.left(`${side.field} says ${shown(text)}, neither a buy nor a sell`)
}

const symbolOf = (values: Values, symbol: Mapping["symbol"], address: string): string => {
  if ("is" in symbol) return symbol.is
  if ("contract" in symbol) return address
  const text = String(values.get(symbol.field))
  return /^0x[0-9a-fA-F]{40}$/.test(text) ? text.toLowerCase() : text
}

const MOST_SYMBOL = 128

const valuesOf = (event: AbiEvent, { data, topics }: EventLog): Either.Either<Values, string> =>
  Either.try({
    try: () => {
      const [first, ...others] = topics
      const { args }: { readonly args?: unknown } = decodeEventLog({
        abi: [event],
        data,
        topics: first === undefined ? [] : [first, ...others]
      })
      return new Map(typeof args === "object" && args !== null ? Object.entries(args) : [])
    },
    catch: () => "is not laid out as the event's signature says"
  })

/** Reads the events that a configuration describes; fails where its fields do not fit the event. */
export const make = (mapping: Mapping): Either.Either<EventReader, EventFault> =>
  Either.gen(function* () {
    const event = yield* eventOf(mapping.event)
    const fault = fitting(event, mapping)
    if (fault !== undefined) return yield* Either.left(fault)
    const { price, quantity, side, symbol } = mapping
    return {
      wanted: { contracts: addressesOf(mapping), topic: toEventSelector(event) },
      tradeOf: (log, timestamp) =>
        Either.gen(function* () {
          const values = yield* valuesOf(event, log)
          const given = symbolOf(values, symbol, log.address)
          const isSymbol = given !== "" && given.length <= MOST_SYMBOL && unstorable.unstorable(given) === undefined
          if (!isSymbol) return yield* Either.left("its symbol is empty, too long or no text")
          return {
            sourceId: idOf(log),
            symbol: given,
            side: yield* sideOf(values, side),
            quantity: yield* taken(
              "quantity",
              Quantity.Quantity,
              yield* amountOf(values, quantity.field, quantity.decimals)
            ),
            price: yield* priceOf(values, price),
            tradedAt: Instant.fromMillis(timestamp * 1_000)
          }
        })
    }
  })

const addressesOf = ({ contracts }: Mapping): Wanted["contracts"] =>
  [...new Set(contracts.map((each): `0x${string}` => `0x${each.slice(2).toLowerCase()}`))].toSorted()
