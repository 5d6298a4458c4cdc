import type { Broker } from "@roundlot/core"
import { Config, Either, Option, Schema } from "effect"
import type { Redacted } from "effect"

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
}

/** Schwab's address; there is none for play money. */
export const LIVE_URL = "https://api.schwabapi.com"

const REDIRECT = "https://127.0.0.1"

/**
 * Credentials from `SCHWAB_APP_KEY`, `SCHWAB_APP_SECRET`, `SCHWAB_BASE_URL` (Schwab's own where it is not said), `SCHWAB_REDIRECT_URI`
 * (`https://127.0.0.1`) and `SCHWAB_ACCOUNT_NUMBER`.
 */
export const config: Config.Config<Credentials> = Config.all({
  baseUrl: Config.withDefault(Config.nonEmptyString("SCHWAB_BASE_URL"), LIVE_URL),
  appKey: Config.redacted(Config.nonEmptyString("SCHWAB_APP_KEY")),
  appSecret: Config.redacted(Config.nonEmptyString("SCHWAB_APP_SECRET")),
  redirectUri: Config.withDefault(Config.nonEmptyString("SCHWAB_REDIRECT_URI"), REDIRECT),
  accountNumber: Config.map(Config.option(Config.nonEmptyString("SCHWAB_ACCOUNT_NUMBER")), Option.getOrUndefined)
})

/** An address that is not known to be Schwab's: no key is ever sent there. */
export class UnknownHost extends Schema.TaggedError<UnknownHost>()("UnknownHost", {
  baseUrl: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.baseUrl} ${this.problem}: write ${LIVE_URL}, or a simulator's address on this machine`
  }
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** An address that was judged: the environment that its host proves. */
export interface Place {
  readonly origin: string
  readonly environment: Broker.Environment
}

/** Which environment an address proves: Schwab's host is live, this machine is paper; any other host is refused by name. */
export const placeOf = (baseUrl: string): Either.Either<Place, UnknownHost> => {
  const refused = (problem: string) => Either.left(new UnknownHost({ baseUrl, problem }))
  if (!URL.canParse(baseUrl)) return refused("is no address")
  const url = new URL(baseUrl)
  if (url.protocol !== "https:" && url.protocol !== "http:") return refused("is neither http nor https")
  if (LOOPBACK.test(url.hostname)) return Either.right({ origin: url.origin, environment: "paper" })
  if (url.origin === LIVE_URL) return Either.right({ origin: url.origin, environment: "live" })
  return url.hostname === new URL(LIVE_URL).hostname
    ? refused("is not the plain https address of that host")
    : refused(`names the host ${url.hostname}, which is not Schwab's`)
}
