import * as HttpApiClient from "@effect/platform/HttpApiClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type { Redacted } from "effect"
import { RoundlotApi } from "./Api.ts"

export {
  allows,
  batchModes,
  breakKinds,
  Decimal,
  inferredOf,
  headOf,
  serviceHead,
  isQuarantined,
  subjectWords,
  orderTypes,
  pricesOf,
  policyTimesInForce,
  type BatchMode,
  type OrderType,
  wordsOf
} from "@roundlot/core/vocabulary"
export { CopiedStore } from "./documents/Backups.ts"
export type { Role } from "./Access.ts"

/** Where a daemon serves, and the token that it asks for, where it asks for one. */
export interface ClientOptions {
  readonly baseUrl: string
  readonly token?: Redacted.Redacted
}

/**
 * A client of everything that a daemon serves, on whatever HTTP client there is. Figures stay the exact texts that were sent;
 * problems are typed failures.
 *
 * @example
 * const client = yield* Client.make({ baseUrl: "http://127.0.0.1:8080" })
 * const { items } = yield* client.orders.list({ urlParams: { phase: "open" } })
 */
export const make = ({ baseUrl, token }: ClientOptions) =>
  HttpApiClient.make(RoundlotApi, {
    baseUrl,
    transformClient: (client) =>
      token === undefined ? client : HttpClient.mapRequest(client, HttpClientRequest.bearerToken(token))
  })
