import { Address } from "@roundlot/core/adapter"
import { Config, Option, type Either, type Redacted } from "effect"

/** What opens the accounts of one login at Schwab: the app's address and keys. Its tokens stand in a file of their own. */
export interface Credentials {
  /** `https://api.schwabapi.com`, or a simulator's address on this machine. */
  readonly baseUrl: string
  readonly appKey: Redacted.Redacted
  readonly appSecret: Redacted.Redacted
  /** Where Schwab sends the browser after a login; as it is registered with the app. */
  readonly redirectUri: string
  /** The number of the account that is driven; needed where a login opens several. */
  readonly accountNumber: string | undefined
  /** The certificate, a PEM file, that a simulator on this machine shows; trusted there and nowhere else. */
  readonly authorityFile: string | undefined
  /** What a simulator and its clients share, so that it can prove to be one. */
  readonly challenge: Redacted.Redacted | undefined
}

/** Schwab's address; there is none for play money. */
export const LIVE_URL = "https://api.schwabapi.com"

/** The variable that `roundlot simulate schwab` writes for its clients. */
export const CHALLENGE_VARIABLE = "ROUNDLOT_SIMULATOR_CHALLENGE"

const REDIRECT = "https://127.0.0.1"

/**
 * Credentials from `SCHWAB_APP_KEY`, `SCHWAB_APP_SECRET`, `SCHWAB_BASE_URL` (Schwab's own where it is not said), `SCHWAB_REDIRECT_URI`
 * (`https://127.0.0.1`), `SCHWAB_ACCOUNT_NUMBER`, `SCHWAB_CA_FILE` and `ROUNDLOT_SIMULATOR_CHALLENGE`.
 */
export const config: Config.Config<Credentials> = Config.all({
  baseUrl: Config.withDefault(Config.nonEmptyString("SCHWAB_BASE_URL"), LIVE_URL),
  appKey: Config.redacted(Config.nonEmptyString("SCHWAB_APP_KEY")),
  appSecret: Config.redacted(Config.nonEmptyString("SCHWAB_APP_SECRET")),
  redirectUri: Config.withDefault(Config.nonEmptyString("SCHWAB_REDIRECT_URI"), REDIRECT),
  accountNumber: Config.map(Config.option(Config.nonEmptyString("SCHWAB_ACCOUNT_NUMBER")), Option.getOrUndefined),
  authorityFile: Config.map(Config.option(Config.nonEmptyString("SCHWAB_CA_FILE")), Option.getOrUndefined),
  challenge: Config.map(
    Config.option(Config.redacted(Config.nonEmptyString(CHALLENGE_VARIABLE))),
    Option.getOrUndefined
  )
})

const hosts: Address.Hosts = {
  whose: "Schwab's",
  known: LIVE_URL,
  environments: new Map([[new URL(LIVE_URL).hostname, "live"]])
}

/** Which environment an address proves: Schwab's host is live, this machine proves nothing; any other host is refused by name. */
export const placeOf = (baseUrl: string): Either.Either<Address.Address, Address.UnknownHost> =>
  Address.judge(baseUrl, hosts)
