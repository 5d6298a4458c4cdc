import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Access, Api, type Parameters, Problem, type Server } from "@roundlot/api"
import { TokenRegister, Tokens } from "@roundlot/core"
import { Effect, Layer } from "effect"
import type { Writing } from "../App.ts"
import * as views from "../views/tokens.ts"
import { COOKIE } from "./access.ts"
import { looked } from "./failing.ts"

const { RoundlotApi } = Api

const cookie = (value: string, maxAge?: "0 seconds") =>
  HttpServerResponse.unsafeSetCookie(HttpServerResponse.empty({ status: 204 }), COOKIE, value, {
    httpOnly: true,
    sameSite: "strict",
    path: "/",
    ...(maxAge === undefined ? {} : { maxAge })
  })

const ofSession = HttpApiBuilder.group(RoundlotApi, "session", (group) =>
  group
    .handle("signIn", ({ payload: { token } }) =>
      Effect.gen(function* () {
        const { known } = yield* TokenRegister.TokenRegister
        const found = yield* Tokens.check(yield* looked(known), token)
        if (found !== undefined) return cookie(token)
        return yield* Effect.fail(Problem.failures.unauthorized("the token is unknown, expired or revoked"))
      })
    )
    .handle("signOut", () => Effect.succeed(cookie("", "0 seconds")))
    .handle("caller", () => Access.Caller)
)

const ofTokens = HttpApiBuilder.group(RoundlotApi, "tokens", (group) => group.handle("list", () => looked(views.list)))

/** Who is signed in, a browser's way to sign in and out, and who may call. */
export const layer: Layer.Layer<
  Server.Group<"session" | "tokens">,
  never,
  Access.Reading | Parameters.KnownParameters | Access.Operating | TokenRegister.TokenRegister | Writing
> = Layer.merge(ofSession, ofTokens)
