import { Either, Schema } from "effect"
import type { Environment } from "./Broker.ts"

/** An address that is not known to be the broker's: no key is ever sent there. */
export class UnknownHost extends Schema.TaggedError<UnknownHost>()("UnknownHost", {
  baseUrl: Schema.String,
  problem: Schema.String,
  /** The broker's own address, to be written instead. */
  known: Schema.String
}) {
  override get message() {
    return `${this.baseUrl} ${this.problem}: write ${this.known}, or a simulator's address on this machine`
  }
}

/** An address that was judged: the environment that its host proves; this machine proves none, since a tunnel may begin there. */
export interface Address {
  readonly origin: string
  readonly environment: Environment | "unproven"
}

/** A broker's own hosts. */
export interface Hosts {
  /** Whose they are, as it stands in `which is not …`. */
  readonly whose: string
  /** The address that a message tells to write. */
  readonly known: string
  /** The environment that each host proves. */
  readonly environments: ReadonlyMap<string, Environment>
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/**
 * Which environment an address proves: a broker's host its own, this machine proves nothing; any other host is refused by name. Outside
 * of this machine only plain `https` will do.
 *
 * @example
 * const address = Address.judge("https://api.example", { whose: "Example's", known, environments })
 */
export const judge = (baseUrl: string, { environments, known, whose }: Hosts): Either.Either<Address, UnknownHost> => {
  const refused = (problem: string) => Either.left(new UnknownHost({ baseUrl, problem, known }))
  if (!URL.canParse(baseUrl)) return refused("is not an address")
  const url = new URL(baseUrl)
  if (url.protocol !== "https:" && url.protocol !== "http:") return refused("is neither http nor https")
  if (LOOPBACK.test(url.hostname)) return Either.right({ origin: url.origin, environment: "unproven" })
  const environment = environments.get(url.hostname)
  if (environment === undefined) return refused(`names the host ${url.hostname}, which is not ${whose}`)
  if (url.protocol !== "https:" || url.port !== "") return refused("is not the plain https address of that host")
  return Either.right({ origin: url.origin, environment })
}
