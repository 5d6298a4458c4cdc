import type { Broker } from "@roundlot/core"
import { Config, Either, Schema } from "effect"
import type { Redacted } from "effect"

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

/** An address that is not known to be Alpaca's: no key is ever sent there. */
export class UnknownHost extends Schema.TaggedError<UnknownHost>()("UnknownHost", {
  baseUrl: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.baseUrl} ${this.problem}: write ${PAPER_URL}, or a simulator's address on this machine`
  }
}

const environments: ReadonlyMap<string, Broker.Environment> = new Map([
  ["paper-api.alpaca.markets", "paper"],
  ["api.alpaca.markets", "live"]
])

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** An address that was judged: the environment that its host proves. */
export interface Place {
  readonly origin: string
  readonly environment: Broker.Environment
}

/**
 * Which environment an address proves: `paper-api.` is paper, `api.` is live, this machine is paper; any other host is refused by
 * name. Outside of this machine only `https` will do.
 */
export const placeOf = (baseUrl: string): Either.Either<Place, UnknownHost> => {
  const refused = (problem: string) => Either.left(new UnknownHost({ baseUrl, problem }))
  if (!URL.canParse(baseUrl)) return refused("is no address")
  const url = new URL(baseUrl)
  if (url.protocol !== "https:" && url.protocol !== "http:") return refused("is neither http nor https")
  if (LOOPBACK.test(url.hostname)) return Either.right({ origin: url.origin, environment: "paper" })
  const environment = environments.get(url.hostname)
  if (environment === undefined) return refused(`names the host ${url.hostname}, which is not Alpaca's`)
  if (url.protocol !== "https:" || url.port !== "") return refused("is not the plain https address of that host")
  return Either.right({ origin: url.origin, environment })
}
