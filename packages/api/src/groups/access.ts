import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import { Schema } from "effect"
import { Operating, Reading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { BadRequest, Fault, NotFound, Unauthorized, Unavailable } from "../Problem.ts"
import { body } from "./shared.ts"

/** Who is signed in; a browser's way to sign in and out: its token goes into a cookie that no script reads. */
export const session = HttpApiGroup.make("session")
  .addError(BadRequest)
  .addError(NotFound)
  .addError(Fault)
  .addError(Unavailable)
  .add(HttpApiEndpoint.get("caller", "/api/v1/session").addSuccess(Documents.CallerDocument).middleware(Reading))
  .add(
    HttpApiEndpoint.post("signIn", "/api/v1/session")
      .setPayload(body({ token: Schema.NonEmptyString.pipe(Schema.maxLength(200)) }))
      .addError(Unauthorized)
  )
  .add(HttpApiEndpoint.del("signOut", "/api/v1/session"))

/** Who may call. Tokens are made and revoked on the command line. */
export const tokens = HttpApiGroup.make("tokens")
  .addError(BadRequest)
  .addError(NotFound)
  .addError(Fault)
  .addError(Unavailable)
  .add(HttpApiEndpoint.get("list", "/api/v1/tokens").addSuccess(Documents.TokenPage))
  .middleware(Operating)
