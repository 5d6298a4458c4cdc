import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Effect } from "effect"
import type { Api } from "./client.ts"

/** A record as it was read, with the tag of its version: what `If-Match` takes. */
export type Seen<R> = R & { readonly version?: string | undefined }

const seen = <R extends object, E>(
  asking: Effect.Effect<readonly [R, HttpClientResponse.HttpClientResponse], E>
): Effect.Effect<Seen<R>, E> => Effect.map(asking, ([record, { headers }]) => ({ ...record, version: headers["etag"] }))

/** The moment that is looked at, where it is not now. */
export interface Past {
  readonly asOf?: string
}

/** Reads an order with its version. */
export const orderOf =
  (id: string, past: Past = {}) =>
  (api: Api) =>
    seen(api.orders.show({ path: { id }, urlParams: past, withResponse: true }))

/** Reads an account with its version. */
export const accountOf =
  (name: string, past: Past = {}) =>
  (api: Api) =>
    seen(api.accounts.show({ path: { name }, urlParams: past, withResponse: true }))

/** Reads a trade with its version. */
export const tradeOf =
  (id: string, past: Past = {}) =>
  (api: Api) =>
    seen(api.trades.show({ path: { id }, urlParams: past, withResponse: true }))

/** Reads a batch with its version. */
export const batchOf =
  (id: string, past: Past = {}) =>
  (api: Api) =>
    seen(api.batches.show({ path: { id }, urlParams: past, withResponse: true }))

/** Reads a break with its version. */
export const breakOf =
  (id: string, past: Past = {}) =>
  (api: Api) =>
    seen(api.breaks.show({ path: { id }, urlParams: past, withResponse: true }))
