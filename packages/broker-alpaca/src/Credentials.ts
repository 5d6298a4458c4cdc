import { Address } from "@roundlot/core/adapter"
import { Config, type Either, type Redacted } from "effect"

/** What opens one account at Alpaca: its address and its pair of keys. */
export interface Credentials {
  /** `https://paper-api.alpaca.markets`, or a simulator's address on this machine. */
  readonly baseUrl: string
  readonly keyId: Redacted.Redacted
  readonly secretKey: Redacted.Redacted
  /** Where market data is asked for; where it is left away `https://data.alpaca.markets`, or with a simulator its own address. */
  readonly dataUrl?: string | undefined
  /**
   * The feed whose stream says which symbols are halted; nothing is listened to where it is left away, since Alpaca allows most keys one
   * connection to its market data, which another program of theirs may need.
   */
  readonly statusFeed?: StatusFeed | undefined
}

/** Feeds of Alpaca's market data that say what is halted: `iex` is free, `sip` is subscribed to. */
export type StatusFeed = "iex" | "sip"

/** Alpaca's address for accounts of play money. */
export const PAPER_URL = "https://paper-api.alpaca.markets"

/** Alpaca's address for market data. */
const DATA_URL = "https://data.alpaca.markets"

/**
 * Credentials from `APCA_API_KEY_ID`, `APCA_API_SECRET_KEY`, `APCA_API_BASE_URL` (the paper host where it is not said),
 * `APCA_API_DATA_URL` and `APCA_API_STATUS_FEED`.
 */
export const config: Config.Config<Credentials> = Config.all({
  baseUrl: Config.withDefault(Config.nonEmptyString("APCA_API_BASE_URL"), PAPER_URL),
  keyId: Config.redacted(Config.nonEmptyString("APCA_API_KEY_ID")),
  secretKey: Config.redacted(Config.nonEmptyString("APCA_API_SECRET_KEY")),
  dataUrl: Config.withDefault(Config.nonEmptyString("APCA_API_DATA_URL"), undefined),
  statusFeed: Config.withDefault(Config.literal("iex", "sip")("APCA_API_STATUS_FEED"), undefined)
})

const hosts: Address.Hosts = {
  whose: "Alpaca's",
  known: PAPER_URL,
  environments: new Map([
    ["paper-api.alpaca.markets", "paper"],
    ["api.alpaca.markets", "live"]
  ])
}

/** Which environment an address proves: `paper-api.` is paper, `api.` is live, this machine proves nothing; any other host is refused by name. */
export const placeOf = (baseUrl: string): Either.Either<Address.Address, Address.UnknownHost> =>
  Address.judge(baseUrl, hosts)

const dataHosts: Address.Hosts = {
  whose: "Alpaca's for market data",
  known: DATA_URL,
  environments: new Map([["data.alpaca.markets", "live"]])
}

/** Where market data is asked for: Alpaca's own host, or this machine; any other host is refused by name. */
export const dataPlaceOf = (
  { dataUrl }: Pick<Credentials, "dataUrl">,
  place: Address.Address
): Either.Either<Address.Address, Address.UnknownHost> =>
  Address.judge(dataUrl ?? (place.environment === "unproven" ? place.origin : DATA_URL), dataHosts)
