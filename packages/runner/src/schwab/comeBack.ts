import * as FileSystem from "@effect/platform/FileSystem"
import { Certificate, Login } from "@roundlot/broker-schwab"
import { Deferred, Effect, Exit, Option, type Redacted, type Scope } from "effect"
import { createServer as createPlain, type RequestListener } from "node:http"
import { createServer as createSecure } from "node:https"
import { UsageError } from "@roundlot/commands/errors"

/** What proves this machine to the browser that comes back; one that signs itself where neither is said. */
export interface CallbackFlags {
  readonly certificate: Option.Option<string>
  readonly key: Option.Option<string>
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/
const PORTS = { "http:": 80, "https:": 443 }

const read = (flag: string, file: Option.Option<string>) =>
  Effect.gen(function* () {
    const remedy = "Give both for 127.0.0.1, or neither: a certificate is generated then"
    if (Option.isNone(file))
      return yield* new UsageError({ problem: `${flag} is missing: certificate and key are given together`, remedy })
    const fs = yield* FileSystem.FileSystem
    return yield* Effect.mapError(
      fs.readFileString(file.value),
      ({ message }) => new UsageError({ problem: `${flag} ${file.value} cannot be read (${message})`, remedy })
    )
  })

const serverOf = (protocol: string, flags: CallbackFlags, listener: RequestListener) =>
  Effect.gen(function* () {
    if (protocol === "http:") return createPlain(listener)
    if (Option.isNone(flags.certificate) && Option.isNone(flags.key)) {
      const { certificate: cert, key } = yield* Certificate.forThisMachine
      return createSecure({ cert, key }, listener)
    }
    const cert = yield* read("--certificate", flags.certificate)
    const key = yield* read("--key", flags.key)
    return createSecure({ cert, key }, listener)
  })

/**
 * Waits at the app's redirect address for the browser to come back with the code of this login; one that brings another login's, or
 * none, is told so, and waited on. `announced` once it listens.
 */
export const comeBack = (
  redirectUri: string,
  flags: CallbackFlags,
  state: string,
  announced: Effect.Effect<void>
): Effect.Effect<Redacted.Redacted, UsageError, FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const remedy = "Leave out --listen and paste the address"
    const address = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined
    if (address === undefined || !LOOPBACK.test(address.hostname))
      return yield* new UsageError({ problem: `${redirectUri} is not on this machine`, remedy })
    const { hostname, pathname, port, protocol } = address
    const code = yield* Deferred.make<Redacted.Redacted>()
    const server = yield* serverOf(protocol, flags, (request, response) => {
      const came = new URL(request.url ?? "/", redirectUri)
      const found = Effect.runSyncExit(Login.codeIn(came.href, state))
      const isIt = came.pathname === pathname && Exit.isSuccess(found)
      response.writeHead(isIt ? 200 : 400, { "content-type": "text/plain", connection: "close" })
      response.end(isIt ? "You are logged in. You may close this page.\n" : "This login was not expected.\n")
      if (isIt) Deferred.unsafeDone(code, Effect.succeed(found.value))
    })
    const wanted = port === "" ? PORTS[protocol === "http:" ? "http:" : "https:"] : Number(port)
    yield* Effect.acquireRelease(
      Effect.async<void, UsageError>((resume) => {
        server.once("error", ({ message }) =>
          resume(Effect.fail(new UsageError({ problem: `cannot listen on ${redirectUri} (${message})`, remedy })))
        )
        server.listen(wanted, hostname.replace(/^\[|\]$/g, ""), () => resume(Effect.void))
      }),
      () => Effect.sync(() => server.close())
    )
    yield* announced
    return yield* Deferred.await(code)
  })
