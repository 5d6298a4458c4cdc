import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Api } from "@roundlot/api"
import { AccountName, Order, Reads, Trade } from "@roundlot/core"
import { Id, TradeRepository } from "@roundlot/core/adapter"
import { AttendedCases, Batch, Break } from "@roundlot/core/ledger"
import { Effect, type Layer, Schema } from "effect"

const { RoundlotApi } = Api

const versionIn = <R extends { readonly version: number }>(
  table: Parameters<typeof Reads.first<R>>[0],
  id: number | undefined
) =>
  id === undefined
    ? Effect.succeed(undefined)
    : Effect.map(Reads.first(table, { where: [{ column: "id", in: [id] }] }), (found) => found?.version)

/** A break is changed by what people do about its case, too. */
const versionOfBreak = (id: number | undefined) =>
  Effect.gen(function* () {
    const found = yield* Reads.first(Break.BreakTable, { where: [{ column: "id", in: [id ?? 0] }] })
    if (found === undefined) return undefined
    const attended = yield* AttendedCases.attendedIn([found])
    return Math.max(found.version, attended(found)?.version ?? 0)
  })

const isAccountName = Schema.is(AccountName.AccountName)

const versionOfAccount = (name: string) =>
  isAccountName(name) ? Effect.map(Reads.account(name), (found) => found?.version) : Effect.succeed(undefined)

/** The version of the record that a path is about; none where it is about none, or there is no such record. */
const versionOf = (kind: string, id: string) => {
  switch (kind) {
    case "accounts":
      return versionOfAccount(id)
    case "orders":
      return versionIn(Order.OrderTable, Id.parse("order", id))
    case "trades":
      return versionIn(Trade.TradeTable, Id.parse("trade", id))
    case "breaks":
    case "cases":
      return versionOfBreak(Id.parse("break", id))
    default:
      return versionIn(Batch.BatchTable, Id.parse("batch", id))
  }
}

const PATH =
  /^\/api\/v1\/(?:(orders|trades|breaks|batches|cases)\/([A-Za-z]?\d+)|(accounts)\/([A-Za-z0-9][A-Za-z0-9._-]*))$/

const tagOf = (id: string, version: number): string => `"${id.toUpperCase()}.${version}"`

const TAG = /^"([^"]+)\.(\d+)"$/

/** The kind and id of the one record that is read. */
const recordIn = (method: string, url: string): ReadonlyArray<string> => {
  const [, ...found] = (method === "GET" ? PATH.exec(url.split("?")[0] ?? "") : null) ?? []
  return found.filter((each) => each !== undefined)
}

/** The versions of a record that `If-Match` names; undefined where any will do. A weak tag is of no version. */
export const versionsIn = (asked: string | undefined, id: string): ReadonlyArray<number> | undefined => {
  if (asked === undefined) return undefined
  const tags = asked.split(",").map((each) => each.trim())
  if (tags.includes("*")) return undefined
  return tags.flatMap((tag) => {
    const [, named, version] = TAG.exec(tag) ?? []
    return named === id.toUpperCase() ? [Number(version)] : []
  })
}

/**
 * Says with a record of which version it is (`ETag`). The version is read before the record, so that what is sent is never older than
 * its tag. What `If-Match` names is compared in the commit that changes a record.
 */
const withVersions = (app: HttpApp.Default): HttpApp.Default<never, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const { method, url } = yield* HttpServerRequest.HttpServerRequest
    const [kind, id] = recordIn(method, url)
    if (kind === undefined || id === undefined) return yield* app
    const version = yield* Effect.orElseSucceed(versionOf(kind, id), () => undefined)
    const response = yield* app
    return version !== undefined && response.status === 200
      ? HttpServerResponse.setHeader(response, "etag", tagOf(id, version))
      : response
  })

/** Versions of single records. */
export const layer: Layer.Layer<never, never, TradeRepository.TradeRepository> = HttpApiBuilder.middleware(
  RoundlotApi,
  Effect.map(
    TradeRepository.TradeRepository,
    (repository) => (app: HttpApp.Default) =>
      Effect.provideService(withVersions(app), TradeRepository.TradeRepository, repository)
  )
)
