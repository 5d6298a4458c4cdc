import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import { Option } from "effect"
import { isIP } from "node:net"

/** How a server is reached: by plain HTTP on its own machine alone, unless it is said otherwise. */
export interface Listening {
  /** The names and addresses that it is asked for beside those of its machine: in lower case, without a port. */
  readonly hosts: ReadonlySet<string>
  readonly isTls: boolean
  /** Can other machines reach it, by itself or through a proxy? */
  readonly isRemote: boolean
  /** Is this the address of a proxy whose word is believed about who asks, and whether by TLS? */
  readonly isProxy: (address: string) => boolean
}

/** By plain HTTP, on its own machine. */
export const local: Listening = { hosts: new Set(), isTls: false, isRemote: false, isProxy: () => false }

type Asked = Pick<HttpServerRequest.HttpServerRequest, "headers" | "remoteAddress">

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i

/** Is it a name or an address of the machine itself? */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host)

/** A host as a request names it, without its port and brackets. */
const nameOf = (host: string): string =>
  host
    .replace(/:\d{1,5}$/, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase()

/** Is a server asked for by a name that is its own? */
export const isOwnHost = (host: string, { hosts }: Listening): boolean => {
  const name = nameOf(host)
  return isLoopback(name) || hosts.has(name)
}

/** An address of version 4 is the same address in the form of version 6. */
const plain = (address: string): string => address.replace(/^::ffff:(?=[\d.]+$)/i, "")

/** The other end of the connection; nothing where that is not known. */
const peerOf = ({ remoteAddress }: Asked): string => plain(Option.getOrElse(remoteAddress, () => ""))

/**
 * Where a call comes from: what a proxy that is believed says, else the other end of the connection. Of several proxies the last that is
 * not believed is the caller: what stands before it anybody may have written.
 */
export const addressOf = (request: Asked, { isProxy }: Listening): string => {
  const peer = peerOf(request)
  if (!isProxy(peer)) return peer
  const said = (request.headers["x-forwarded-for"] ?? "").split(",").map((each) => plain(each.trim()))
  const caller = said.findLast((each) => !isProxy(each))
  return caller !== undefined && isIP(caller) !== 0 ? caller : peer
}

/** Does the caller speak TLS, with the server or with a proxy that is believed? */
export const isSecure = (request: Asked, { isProxy, isTls }: Listening): boolean =>
  isTls || (isProxy(peerOf(request)) && request.headers["x-forwarded-proto"]?.toLowerCase() === "https")

/** May the other end speak plain HTTP? Only on the machine itself, and where it is a proxy that is believed. */
export const mayAsk = (request: Asked, { isProxy, isRemote, isTls }: Listening): boolean => {
  const peer = peerOf(request)
  return isTls || !isRemote || isLoopback(peer) || isProxy(peer)
}
