import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type * as HttpApp from "@effect/platform/HttpApp"
import type * as HttpRouter from "@effect/platform/HttpRouter"
import type * as HttpServer from "@effect/platform/HttpServer"
import { Access, Api, Problem, Routes, Server } from "@roundlot/api"
import type { Services } from "@roundlot/commands"
import { AccountScope, Jobs } from "@roundlot/core/ledger"
import { Effect, Layer, Schema } from "effect"
import * as access from "./access.ts"
import { breakingOff } from "./breakingOff.ts"
import * as controlling from "./controlling.ts"
import * as looking from "./looking.ts"
import type { LongReads, LongRead } from "./LongRead.ts"
import { none } from "./Settings.ts"
import * as taking from "./taking.ts"
import * as together from "./together.ts"
import * as versions from "./versions.ts"

export type { LongReads, LongRead }

const refused = (problem: Problem.Failure<"Unauthorized" | "Forbidden" | "Unavailable" | "Fault">) =>
  HttpServerResponse.unsafeJson(problem, { status: problem.status, contentType: Problem.PROBLEM_JSON })

/**
 * Has reads of earlier moments and of whole books answered by `reads`, once their caller is let in; other requests are answered here, and all
 * where there is no such.
 */
export const passedOn = (reads: LongReads | undefined): Layer.Layer<never, never, access.Needed> =>
  HttpApiBuilder.middleware(
    Api.RoundlotApi,
    Effect.map(
      Effect.context<access.Needed>(),
      (context) => (app: HttpApp.Default) =>
        Effect.gen(function* () {
          const request = yield* HttpServerRequest.HttpServerRequest
          if (reads === undefined || !Routes.isLongRead(request)) return yield* Effect.flatMap(app, breakingOff)
          const { method, url } = request
          return yield* access.admitted("read").pipe(
            Effect.provide(context),
            Effect.zipRight(AccountScope.current),
            // The router does so for its handlers: a caller who has gone waits for nothing.
            Effect.flatMap((accounts) => Effect.interruptible(reads({ method, url, accounts }))),
            Effect.catchAll((problem) => Effect.succeed(refused(problem))),
            Effect.flatMap(breakingOff)
          )
        })
    )
  )

/** The header that names the accounts which a passed on request sees. */
const ACCOUNTS = "roundlot-accounts"

const Names = Schema.parseJson(Schema.Array(Schema.String))

/** The headers of a request that is passed on. */
export const headersOf = ({ accounts }: LongRead): Readonly<Record<string, string>> =>
  accounts === undefined ? {} : { [ACCOUNTS]: encodeURIComponent(Schema.encodeSync(Names)([...accounts])) }

const scoped = (app: HttpApp.Default): HttpApp.Default =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers }) => {
    const named = headers[ACCOUNTS]
    const accounts = named === undefined ? undefined : new Set(Schema.decodeSync(Names)(decodeURIComponent(named)))
    return Effect.flatMap(AccountScope.within(accounts, app), breakingOff)
  })

const { forbidden, unauthorized } = Problem.failures

const onlyReads = Effect.fail(forbidden("only reads are answered here"))

const callers = Layer.mergeAll(
  Layer.succeed(Access.Reading, Effect.succeed({ name: "reader", role: "read" })),
  Layer.succeed(Access.Trading, onlyReads),
  Layer.succeed(Access.Operating, onlyReads),
  Layer.succeed(Access.Signed, Effect.fail(unauthorized("only reads are answered here")))
)

/**
 * The same reads for a program that answers what is passed on. It asks for no token: its server listens on a socket that the daemon alone
 * reaches.
 */
export const layer: Layer.Layer<
  never,
  never,
  Services | HttpServer.HttpServer | HttpRouter.HttpRouter.DefaultServices
> = HttpApiBuilder.serve(scoped).pipe(
  Layer.provide(Layer.merge(Server.problems, versions.layer)),
  Layer.provide(HttpApiBuilder.api(Api.BooksApi)),
  Layer.provide(
    Layer.mergeAll(
      looking.layer,
      taking.layer(none.configuration),
      controlling.layer(none),
      together.layer(none.configuration)
    )
  ),
  Layer.provide(Layer.mergeAll(callers, Server.parameters, Jobs.layer([])))
)
