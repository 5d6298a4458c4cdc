import type { Clock } from "@roundlot/core"
import type { Entropy } from "@roundlot/core/adapter"
import { Context, Effect, Layer, type Redacted } from "effect"
import * as oneTimeCodes from "./access/oneTimeCodes.ts"

/** What the code of a link stands for: the token that it signs in with, on pages of this origin alone. */
export interface SignIn {
  readonly secret: Redacted.Redacted
  readonly origin: string
}

/** The codes of links that sign a browser in, each once. */
export class SignInLinks extends Context.Tag("roundlot/SignInLinks")<
  SignInLinks,
  oneTimeCodes.OneTimeCodes<SignIn>
>() {}

/** How long a link is good, in milliseconds. */
export const LIFE_MS = 5 * 60_000

const LENGTH = 32

/** The links of this process: none outlives it. */
export const layer: Layer.Layer<SignInLinks, never, Clock.Clock | Entropy.Entropy> = Layer.effect(
  SignInLinks,
  oneTimeCodes.make<SignIn>({ length: LENGTH, lifeMs: LIFE_MS })
)

/**
 * A link that signs a browser in, once. Its code stands behind the `#`: what does is sent to no server, and stands in no log of one.
 */
export const linkTo = (signIn: SignIn): Effect.Effect<string, never, SignInLinks> =>
  Effect.map(
    Effect.flatMap(SignInLinks, ({ issue }) => issue(signIn)),
    (code) => `${signIn.origin}/sign-in#code=${code}`
  )
