import type * as HttpApi from "@effect/platform/HttpApi"
import type * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import type * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import { type Documents, Access, type Api, Problem } from "@roundlot/api"
import { type AccountName, Price, Quantity, Ticker } from "@roundlot/core"
import type { Command } from "@roundlot/core/ledger"
import { Effect, Option, Schema } from "effect"
import { carryingOut, type Services } from "@roundlot/commands"
import type { ActFailure } from "./failing.ts"
import { type Call, ownKey } from "./once.ts"

type Endpoints = HttpApiGroup.HttpApiGroup.EndpointsWithName<Groups<typeof Api.RoundlotApi>, "controls">

type Groups<A> = A extends HttpApi.HttpApi<infer _Id, infer G, infer _E, infer _R> ? G : never

/** What an endpoint takes in the body of a call. */
export interface Of<Name extends string> {
  readonly payload: HttpApiEndpoint.HttpApiEndpoint.Payload<HttpApiEndpoint.HttpApiEndpoint.WithName<Endpoints, Name>>
}

/** What every command says. */
export interface Wish extends Call {
  readonly headers: Call["headers"] & { readonly "if-match"?: string | undefined }
  readonly payload: { readonly reason: string; readonly dryRun?: boolean | undefined }
}

/** Who asks for a command, why, and under which id: its key. */
export const wishOf = ({ headers, payload: { dryRun = false, reason } }: Wish) =>
  Effect.map(Access.Caller, (caller) => ({
    actor: caller.name,
    // Who calls an open daemon has proven nothing, and his name is no token's.
    approver: caller.name,
    reason,
    commandId: Option.map(Option.fromNullable(headers["idempotency-key"]), (key) => ownKey(caller, key)),
    dryRun
  }))

/** Carries a command out as its caller. */
export const command = (
  account: AccountName.AccountName,
  wish: Wish,
  asked: Command.Command,
  versions?: ReadonlyArray<number>
): Effect.Effect<Documents.DoneDocument, ActFailure, Services | Access.Caller> =>
  Effect.flatMap(wishOf(wish), (said) => carryingOut.carryOut({ ...said, account, command: asked, versions }))

/** A value of a request as the books have it. */
export const read = <A, I>(field: string, schema: Schema.Schema<A, I>, value: unknown, wanted: string) =>
  Effect.mapError(Schema.decodeUnknown(schema)(value), () =>
    Problem.failures.badRequest(`${field}: ${JSON.stringify(value)} is not a valid ${wanted}`, field)
  )

/** The same of a value that may be left away. */
export const maybe = <A, I>(field: string, schema: Schema.Schema<A, I>, value: unknown, wanted: string) =>
  value === undefined ? Effect.succeed(undefined) : read(field, schema, value, wanted)

/** A symbol, in any case. */
export const readTicker = (text: string) => read("symbol", Ticker.Ticker, text.toUpperCase(), "symbol")

/** A price, if any. */
export const readPrice = (field: string, text: string | undefined) =>
  maybe(field, Price.Price, text, "price above zero")

/** A number of shares above zero, if any. */
export const readShares = (field: string, text: string | undefined) =>
  maybe(field, Quantity.Quantity, text, "number of shares above zero")
