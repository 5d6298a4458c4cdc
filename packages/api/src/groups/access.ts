import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import { Schema } from "effect"
import { Operating, Reading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { problems } from "../Problem.ts"
import { asTyped, body, looking } from "./shared.ts"

const secret = Schema.NonEmptyString.pipe(Schema.maxLength(200))

/**
 * Who is signed in; a browser's way to sign in and out, with a token or with the code of a link that works once: a secret of
 * its own goes into a cookie that no script reads.
 */
export const session = looking("session")
  .add(HttpApiEndpoint.get("caller", "/api/v1/session").addSuccess(Documents.CallerDocument).middleware(Reading))
  .add(
    HttpApiEndpoint.post("signIn", "/api/v1/session")
      .setPayload(body({ token: Schema.optional(secret), code: Schema.optional(secret) }))
      .addError(problems.Unauthorized)
      .addError(problems.Forbidden)
      .addError(problems.TooLarge)
  )
  .add(
    HttpApiEndpoint.post("makeLink", "/api/v1/session/links")
      .addSuccess(Documents.LinkDocument)
      .addError(problems.TooLarge)
      .middleware(Operating)
      .pipe(asTyped("roundlot tokens link"))
  )
  .add(HttpApiEndpoint.del("signOut", "/api/v1/session"))

/** Who may call, and which browsers are signed in. Tokens are made and revoked, and sessions ended, on the command line. */
export const tokens = looking("tokens")
  .add(HttpApiEndpoint.get("list", "/api/v1/tokens").addSuccess(Documents.TokenPage))
  .add(HttpApiEndpoint.get("sessions", "/api/v1/sessions").addSuccess(Documents.SessionPage))
  .middleware(Operating)
