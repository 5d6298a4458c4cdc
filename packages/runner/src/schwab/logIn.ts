import { Credentials, Http, Login, TokenFile, Transport } from "@roundlot/broker-schwab"
import { Instant } from "@roundlot/core"
import { Entropy } from "@roundlot/core/adapter"
import { Effect, Layer } from "effect"
import { Output, type Verb } from "@roundlot/cli"
import { settle, type Flags } from "../settings/Settings.ts"
import { credentialsOf, tokenPlace } from "../start/schwab.ts"
import { inBrowser } from "./browser.ts"
import { comeBack, type CallbackFlags } from "./comeBack.ts"
import { pasted } from "./pasted.ts"

/** How a person logs in. */
export interface LoginFlags extends Flags, CallbackFlags {
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
