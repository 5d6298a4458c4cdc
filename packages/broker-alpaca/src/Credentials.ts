import { Address } from "@roundlot/core"
import { Config } from "effect"
import type { Either, Redacted } from "effect"

/** What opens one account at Alpaca: its address and its pair of keys. */
export interface Credentials {
  /** `https://paper-api.alpaca.markets`, or a simulator's address on this machine. */
  readonly baseUrl: string
  readonly keyId: Redacted.Redacted
  readonly secretKey: Redacted.Redacted
}

/** Alpaca's address for accounts of play money. */
export const PAPER_URL = "https://paper-api.alpaca.markets"

/** Credentials from `APCA_API_KEY_ID`, `APCA_API_SECRET_KEY` and `APCA_API_BASE_URL` (the paper host where it is not said). */
export const config: Config.Config<Credentials> = Config.all({
  baseUrl: Config.withDefault(Config.nonEmptyString("APCA_API_BASE_URL"), PAPER_URL),
  keyId: Config.redacted(Config.nonEmptyString("APCA_API_KEY_ID")),
  secretKey: Config.redacted(Config.nonEmptyString("APCA_API_SECRET_KEY"))
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
