import { Option, Schema } from "effect"
import { alpaca, schwab } from "./brokers.ts"
import type { Shape } from "./httpLiar.ts"

const ClientId = Schema.parseJson(Schema.Struct({ client_order_id: Schema.String }))

const alpacaErrors: { readonly [status: number]: readonly [code: number, message: string] } = {
  400: [40010000, "request body format is invalid"],
  403: [40310000, "insufficient buying power"],
  404: [40410000, "order not found"],
  409: [40910000, "conflict"],
  422: [42210000, "invalid limit_price. sub-penny increment does not fulfill minimum pricing criteria"],
  429: [42910000, "too many requests."],
  500: [50010000, "internal server error occurred"]
}

const alpacaPlace = (method: string, path: string): string => {
  if (path.startsWith("/v2/orders/")) return `${method} /v2/orders/{id}`
  if (path.startsWith("/v2/positions")) return `${method} /v2/positions`
  if (path.startsWith("/v2/account/activities")) return `${method} /v2/account/activities`
  return path.startsWith("/v2/assets/") ? `${method} /v2/assets/{symbol}` : `${method} ${path}`
}

/** Alpaca over HTTP, WebSocket and event stream. */
export const alpacaShape: Shape = {
  ...alpaca,
  stream: "stream trade_updates",
  placeOf: alpacaPlace,
  errorOf: (status) => {
    const [code, message] = alpacaErrors[status] ?? [undefined, status === 401 ? "unauthorized." : "bad gateway"]
    return code === undefined ? { message } : { code, message }
  },
  clientIdIn: (body) =>
    Option.getOrUndefined(Option.map(Schema.decodeOption(ClientId)(body), ({ client_order_id }) => client_order_id)),
  listKeys: [],
  homeward: (text) => text,
  inner: new Set()
}

const schwabErrors: { readonly [status: number]: string } = {
  400: "Insufficient buying power",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  422: "Unprocessable",
  429: "Too many requests",
  500: "Internal Server Error",
  502: "Bad Gateway"
}

const schwabPlace = (method: string, path: string): string => {
  if (path.startsWith("/v1/oauth/")) return `${method} ${path.slice(3)}`
  if (path.startsWith("/marketdata/")) return `${method} /marketdata/instruments`
  const [, , , , hash, what, id] = path.split("/")
  if (hash === undefined || hash === "accountNumbers") return `${method} ${path.replace("/trader/v1", "")}`
  if (what === undefined) return `${method} /accounts/{hash}`
  return `${method} /accounts/{hash}/${what}${id === undefined ? "" : "/{id}"}`
}

/** Schwab over HTTP and its stream; it knows no ids of ours. */
export const schwabShape: Shape = {
  ...schwab,
  stream: "stream ACCT_ACTIVITY",
  placeOf: schwabPlace,
  errorOf: (status) => ({ message: schwabErrors[status] ?? "error", errors: [schwabErrors[status] ?? "error"] }),
  clientIdIn: () => undefined,
  listKeys: ["positions", "orderLegCollection", "orderActivityCollection"],
  homeward: (text, from, to) =>
    text.replaceAll(from, to).replaceAll(from.replace("http", "ws"), to.replace("http", "ws")),
  inner: new Set(["3"])
}
