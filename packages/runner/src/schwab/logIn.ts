import { Credentials, Http, Login, TokenFile, Transport, Certificate } from "@roundlot/broker-schwab"
import { Instant } from "@roundlot/core"
import { Entropy } from "@roundlot/core/adapter"
import { Effect, Layer, Deferred, Exit, Option, type Redacted, type Scope } from "effect"
import { Output, type Verb } from "@roundlot/cli"
import { settle, type Flags } from "../settings/Settings.ts"
import { credentialsOf, tokenPlace } from "../start/schwab.ts"
import { spawn } from "node:child_process"
import * as FileSystem from "@effect/platform/FileSystem"
import { createServer as createPlain, type RequestListener } from "node:http"
import { createServer as createSecure } from "node:https"
import { UsageError } from "@roundlot/commands/errors"
import { createInterface } from "node:readline"

/** How a person logs in. */
interface LoginFlags extends Flags, CallbackFlags {
  readonly listen: boolean
  readonly open: boolean
}

/** `roundlot schwab login`: shows or opens where to log in, takes the code that comes back, and keeps the tokens where a daemon finds them. */
export const logIn = ({ listen, open, ...flags }: LoginFlags): Verb.Doing =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    const settings = yield* settle(flags)
    const credentials = yield* credentialsOf(settings)
    const place = yield* Credentials.placeOf(credentials.baseUrl)
    const tokens = tokenPlace(settings)
    const state = yield* Effect.flatMap(Entropy.Entropy, ({ hex }) => hex)
    const address = Login.addressOf(place, credentials, state)
    const show = (then: string) =>
      Effect.zipRight(
        output.line(`Open this address and log in:\n${address}${then}`),
        open
          ? Effect.flatMap(inBrowser(address), (why) => (why === undefined ? Effect.void : output.line(why)))
          : Effect.void
      )
    const code = listen
      ? yield* comeBack(credentials.redirectUri, flags, state, show(""))
      : yield* Effect.flatMap(
          Effect.zipRight(show("\nThen paste the address that the browser shows, within 30 seconds:"), pasted),
          (text) => Login.codeIn(text, state)
        )
    const given = yield* Effect.flatMap(Http.make, (exchange) => Login.redeem(exchange, place, credentials, code)).pipe(
      Effect.provide(Transport.layer(credentials))
    )
    yield* TokenFile.write(tokens, given)
    const until = Instant.format(given.refreshExpiresAt)
    yield* output.answer(
      { loggedIn: true, until, file: tokens.file },
      `Logged in until ${until}. The tokens are in ${tokens.file}; a waiting daemon continues automatically.`
    )
  }).pipe(Effect.provide(Layer.merge(Entropy.layerSecure, Layer.scope)))

/** What opens an address with the program that the person has chosen for it. */
const openers: { readonly [platform: string]: readonly [program: string, ...words: ReadonlyArray<string>] } = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"]
}

/** Opens an address in the person's browser; why not, where that is not possible. */
const inBrowser = (address: string): Effect.Effect<string | undefined> =>
  Effect.async((resume) => {
    const [program, ...words] = openers[process.platform] ?? ["xdg-open"]
    const opener = spawn(program, [...words, address], { stdio: "ignore", detached: true })
    opener.once("error", ({ message }) =>
      resume(Effect.succeed(`No browser could be opened (${message}): open the address by hand.`))
    )
    opener.once("spawn", () => {
      opener.unref()
      resume(Effect.succeed(undefined))
    })
  })

/** What proves this machine to the browser that comes back; one that signs itself where neither is said. */
interface CallbackFlags {
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
 * none, gets an answer that says so, and the wait goes on. `announced` once it listens.
 */
const comeBack = (
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

/** The first line of the standard input that has anything in it. */
const pasted: Effect.Effect<string, UsageError> = Effect.async((resume) => {
  const lines = createInterface({ input: process.stdin })
  lines.on("line", (line) => {
    if (line.trim() === "") return
    resume(Effect.succeed(line))
    lines.close()
  })
  lines.on("close", () =>
    resume(
      Effect.fail(
        new UsageError({
          problem: "No address was pasted",
          remedy: "Log in at the address above, then paste the one that the browser shows"
        })
      )
    )
  )
  return Effect.sync(() => lines.close())
})
