import { Listening } from "@roundlot/api"
import type { Redacted } from "effect"
import { isIPv6 } from "node:net"

/** What proves the daemon to who calls it, both PEM. */
export interface Proof {
  readonly certificate: string
  readonly key: Redacted.Redacted
}

/** Where a daemon listens, with which proof, and by whom it is reached. */
export interface Place {
  readonly host: string
  readonly proof: Proof | undefined
  readonly listening: Listening.Listening
}

/** The address of the machine itself, which a daemon listens at unless it is said otherwise. */
export const HERE = "127.0.0.1"

/** On this machine alone. */
export const local: Place = { host: HERE, proof: undefined, listening: Listening.local }

/** The address at which who is on this machine reaches the daemon; by TLS at a name that its certificate may have. */
export const urlOf = ({ host, listening: { hosts, isTls } }: Place, port: number): string => {
  const [named = HERE] = isTls ? hosts : []
  const at = host === "0.0.0.0" || host === "::" || isTls ? named : host
  return `${isTls ? "https" : "http"}://${isIPv6(at) ? `[${at}]` : at}:${port}`
}
