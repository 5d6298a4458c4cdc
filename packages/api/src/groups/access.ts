import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import { Schema } from "effect"
import { Operating, Reading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { problems } from "../Problem.ts"
import { asTyped, body, byId, byName, dryRunning, looking, says } from "./shared.ts"

const secret = Schema.NonEmptyString.pipe(Schema.maxLength(200))

/**
 * Who is signed in; a browser's way to sign in and out, with a token or with the code of a link that works once: a secret of
 * its own goes into a cookie that no script reads.
 */
export const session = looking("session", "Signing browsers in and out.")
  .add(
    HttpApiEndpoint.get("caller", "/api/v1/session")
      .addSuccess(Documents.CallerDocument)
      .middleware(Reading)
      .pipe(says("Show the caller", "Name and role of the caller."))
  )
  .add(
    HttpApiEndpoint.post("signIn", "/api/v1/session")
      .setPayload(body({ token: Schema.optional(secret), code: Schema.optional(secret) }))
      .addError(problems.Unauthorized)
      .addError(problems.Forbidden)
      .addError(problems.TooLarge)
      .pipe(says("Sign in", "With a token, or the code of a link: sets a cookie that no script reads."))
  )
  .add(
    HttpApiEndpoint.post("makeLink", "/api/v1/session/links")
      .addSuccess(Documents.LinkDocument)
      .addError(problems.TooLarge)
      .middleware(Operating)
      .pipe(
        asTyped("roundlot tokens link"),
        says("Create a sign-in link", "Creates a single-use link that signs a browser in, valid for five minutes.")
      )
  )
  .add(HttpApiEndpoint.del("signOut", "/api/v1/session").pipe(says("Sign out", "Ends the caller's session.")))
  .add(
    HttpApiEndpoint.del("end", "/api/v1/sessions/:id")
      .setPath(byId)
      .setUrlParams(dryRunning)
      .addSuccess(Documents.SessionDocument)
      .middleware(Reading)
      .pipe(asTyped("roundlot sessions end {id}"), says("End a session", "Of the caller's token; `operate` ends any."))
  )
  .add(
    HttpApiEndpoint.del("endOthers", "/api/v1/sessions")
      .setUrlParams(dryRunning)
      .addSuccess(Documents.SessionPage)
      .middleware(Reading)
      .pipe(says("End other sessions", "Ends the other sessions of the caller's token, and returns them."))
  )

/** For how long the secret before is good as well: a week at most. */
const Overlap = Schema.Int.pipe(Schema.between(0, 7 * 24 * 3600))

/** Who may call, and which browsers are signed in. A session alone changes no token: the caller enters a secret again. */
export const tokens = looking("tokens", "API tokens.")
  .add(
    HttpApiEndpoint.get("list", "/api/v1/tokens")
      .addSuccess(Documents.TokenPage)
      .pipe(says("List tokens", "Name, role and validity of each token, never its secret."))
  )
  .add(
    HttpApiEndpoint.get("sessions", "/api/v1/sessions")
      .addSuccess(Documents.SessionPage)
      .pipe(says("List sessions", "Signed-in browsers, with the end of their sessions."))
  )
  .add(
    HttpApiEndpoint.post("create", "/api/v1/tokens")
      .setPayload(body({ ...Documents.tokenRequest, secret: Schema.Redacted(secret) }))
      .addSuccess(Documents.TokenWithSecretDocument)
      .addError(problems.Forbidden)
      .addError(problems.Conflict)
      .addError(problems.TooLarge)
      .pipe(
        asTyped("roundlot tokens create {name} --role {role}"),
        says(
          "Create a token",
          "Its secret is shown once. `secret` is the current secret of the caller's token. The new token cannot exceed its role, accounts or expiry. `expires` is a lifetime such as `30d`; the amounts per day are for the role `propose`."
        )
      )
  )
  .add(
    HttpApiEndpoint.post("revoke", "/api/v1/tokens/:name/revoke")
      .setPath(byName)
      .setPayload(body({ secret: Schema.Redacted(secret) }))
      .addSuccess(Documents.TokenDocument)
      .addError(problems.Forbidden)
      .addError(problems.Conflict)
      .addError(problems.TooLarge)
      .pipe(
        asTyped("roundlot tokens revoke {name}"),
        says(
          "Revoke a token",
          "At once, with its browsers. `secret` is the current secret of the caller's token. The last token with the role `operate` is revoked on the daemon's host only."
        )
      )
  )
  .add(
    HttpApiEndpoint.post("rotate", "/api/v1/tokens/:name/rotate")
      .setPath(byName)
      .setPayload(body({ secret: Schema.Redacted(secret), overlapSeconds: Schema.optional(Overlap) }))
      .addSuccess(Documents.TokenWithSecretDocument)
      .addError(problems.Forbidden)
      .addError(problems.Conflict)
      .addError(problems.TooLarge)
      .pipe(
        asTyped("roundlot tokens rotate {name}"),
        says(
          "Rotate a token",
          "Replaces the secret of a token by a new one, shown once. The caller gives the current secret; a session alone is not enough. The old secret stays valid for `overlapSeconds`, at most a week; by default it ends at once."
        )
      )
  )
  .middleware(Operating)
