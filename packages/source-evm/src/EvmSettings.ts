import { Schema } from "effect"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const message = (text: string) => ({ message: () => ({ message: text, override: true }) })

/** The address of a contract or token: `0x` and 40 hexadecimal digits. */
const ContractAddress = Schema.String.pipe(
  Schema.pattern(/^0x[0-9a-fA-F]{40}$/, message("is no address of a contract: 0x and 40 hexadecimal digits"))
)

/** A key may stand in a host's path, and a configuration is copied and kept on record. */
const LONGEST_PLAIN_PART = 19

const SCHEMES: ReadonlyArray<string> = ["https:", "wss:"]
const SCHEMES_HERE: ReadonlyArray<string> = ["http:", "ws:"]
const HERE: ReadonlyArray<string> = ["127.0.0.1", "localhost", "[::1]"]

/** Is it the address of a JSON-RPC node, over TLS or on this machine? */
export const isNodeUrl = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) return false
  return SCHEMES.includes(url.protocol) || (SCHEMES_HERE.includes(url.protocol) && HERE.includes(url.hostname))
}

const isWithoutKey = (text: string): boolean => {
  const { hash, password, pathname, search, username } = new URL(text)
  const parts = pathname.split("/")
  return (
    [hash, password, search, username].every((each) => each === "") &&
    parts.every(({ length }) => length <= LONGEST_PLAIN_PART)
  )
}

const PROVIDER_NAME = /^[a-z][a-z0-9-]{0,39}$/

/** A provider: its address, or a name of which a variable has the address, `ROUNDLOT_EVM_URL_NAME`. */
const Provider = Schema.String.pipe(
  Schema.filter((text) => PROVIDER_NAME.test(text) || (isNodeUrl(text) && isWithoutKey(text)), {
    ...message(
      "is neither an address that begins with https:// or wss:// (http:// and ws:// on this machine) and has no key, nor a plain name whose variable ROUNDLOT_EVM_URL_NAME has the address"
    )
  })
)

const Field = Schema.NonEmptyString

const MOST_DECIMALS = 77

const Decimals = Schema.Int.pipe(Schema.between(0, MOST_DECIMALS))

/** A whole amount of an event, and how many of its digits stand after the point. */
const Amount = Schema.Struct({ field: Field, decimals: Decimals })

/** Which symbol a trade has: a fixed one, that in a field, or the contract's address; addresses in small letters, for the source's `symbols` to name. */
const SymbolOf = Schema.Union(
  Schema.Struct({ is: Schema.NonEmptyString }),
  Schema.Struct({ field: Field }),
  Schema.Struct({ contract: Schema.Literal(true) })
)

/** Which side a trade is: a fixed one, what a field says of it (`true` is a buy where nothing is said), or the sign of an amount. */
const SideOf = Schema.Union(
  Schema.Literal("buy", "sell"),
  Schema.Struct({ field: Field, buy: optional(Schema.String), sell: optional(Schema.String) }),
  Schema.Struct({ signOf: Field, positive: Schema.Literal("buy", "sell") })
)

const MOST_PRICE_DIGITS = 18

/** The price in a field, or one amount by another, rounded half to even at so many digits after the point, 12 where nothing is said. */
const PriceOf = Schema.Union(
  Amount,
  Schema.Struct({
    of: Amount,
    per: Amount,
    digits: optional(Schema.Int.pipe(Schema.between(0, MOST_PRICE_DIGITS)))
  })
)

/** An event as messages name it: one that is written in another way would be ignored in vain. */
const EventId = Schema.String.pipe(
  Schema.pattern(
    /^0x[0-9a-f]{64}:(0|[1-9]\d*)$/,
    message("is no event, such as 0xTRANSACTION:LOGINDEX in small letters")
  )
)

const Positive = Schema.Int.pipe(Schema.positive())

const MOST_PROVIDERS = 16
const MOST_CONTRACTS = 100
const LARGEST_RANGE = 100_000
const DEEPEST = 1_000

/** What a configuration says of trades that the events of contracts are. */
export const EvmSettings = Schema.Struct({
  chainId: Positive,
  providers: Schema.NonEmptyArray(Provider).pipe(Schema.maxItems(MOST_PROVIDERS)),
  contracts: Schema.NonEmptyArray(ContractAddress).pipe(Schema.maxItems(MOST_CONTRACTS)),
  /** The event's signature, such as `event Trade(uint256 indexed id, address token, bool isBuy, uint256 quantity)`. */
  event: Schema.NonEmptyString,
  /** The first block that is read. */
  from: Schema.NonNegativeInt,
  /** So many blocks stand on one before its trades are taken in. */
  confirmations: Schema.NonNegativeInt,
  /** The deepest reorganisation that is followed, in blocks that were taken in; 64 where nothing is said. */
  deepest: optional(Positive.pipe(Schema.lessThanOrEqualTo(DEEPEST))),
  /** The most blocks of which logs are asked for at once; 2,000 where nothing is said. */
  range: optional(Positive.pipe(Schema.lessThanOrEqualTo(LARGEST_RANGE))),
  symbol: SymbolOf,
  side: SideOf,
  quantity: Amount,
  price: optional(PriceOf),
  /** Events that are no trades, by transaction and log index (`0x…:7`), and that a person has looked at. */
  ignore: optional(Schema.Array(EventId))
})

/** What a configuration says of trades that the events of contracts are. */
export type EvmSettings = typeof EvmSettings.Type
