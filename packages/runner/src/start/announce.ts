import type * as FileSystem from "@effect/platform/FileSystem"
import { type Clock } from "@roundlot/core"
import { type Entropy, type TradeRepository } from "@roundlot/core/adapter"
import { TokenRegister, Tokens } from "@roundlot/core/ledger"
import { Effect, Option, Redacted, type Scope } from "effect"
import { DaemonFile, OperatorToken } from "@roundlot/http/access"
import { SignInLinks } from "@roundlot/http"
import { Output } from "@roundlot/cli"
import type { Settings } from "../settings/Settings.ts"

type Place = Pick<Settings, "daemonFile" | "tokenFile">

type Made = Option.Option<Tokens.MadeToken>

const OPEN =
  "Open (--open): every process and user of this host may operate without a token. Start without --open to require tokens"

const notMade = ({ message }: { readonly message: string }) => Effect.as(Effect.logError(message), Option.none())

/**
 * Makes the operator's token where the store never had one. A daemon that cannot, or whose tokens are not those of its journal, trades
 * all the same, and refuses every call until that is repaired.
 */
export const ensureToken = ({
  tokenFile
}: Place): Effect.Effect<
  Made,
  TradeRepository.WriteError,
  FileSystem.FileSystem | TradeRepository.TradeRepository | Clock.Clock | Entropy.Entropy
> => Effect.catchTags(OperatorToken.make(tokenFile), { TokenFileFailed: notMade, TokensDisagree: notMade })

/** The secret of the operator's token, where its file has one that is good. */
const goodSecret = ({ tokenFile }: Place) =>
  Effect.gen(function* () {
    const secret = yield* OperatorToken.read(tokenFile)
    if (Option.isNone(secret)) return secret
    const { known } = yield* TokenRegister.make
    const token = yield* Tokens.check(yield* known, Redacted.value(secret.value))
    return token === undefined ? Option.none() : secret
  }).pipe(Effect.catchAll(({ message }) => Effect.as(Effect.logWarning(message), Option.none())))

/** How a browser signs in. No secret is printed where lines are kept, as in the journal of a service: its readers could use it. */
const signInLine = (url: string, place: Place) =>
  Effect.gen(function* () {
    const { isTerminal } = yield* Output.Output
    const secret = yield* goodSecret(place)
    if (Option.isNone(secret)) return "Sign in: with the secret of a token, which 'roundlot tokens create' shows."
    if (!isTerminal) return "Sign in: 'roundlot tokens link' prints a link that works once."
    const link = yield* SignInLinks.linkTo({ secret: secret.value, origin: url })
    return `Sign in: ${link} (works once, within 5 minutes)`
  })

const tokenLine = (made: Tokens.MadeToken, { tokenFile }: Place) =>
  Effect.map(Output.Output, ({ isTerminal }) => {
    const where = `kept in ${tokenFile}, readable by its owner only`
    return isTerminal
      ? `Operator token: ${Redacted.value(made.secret)} (shown once; ${where})`
      : `Operator token: ${where}.`
  })

/** Says where a daemon serves, and who may call: to people, and to verbs of this machine. */
export const announce = (
  place: Place,
  { isOpen, made, url }: { readonly isOpen: boolean; readonly made: Made; readonly url: string }
): Effect.Effect<
  void,
  never,
  | FileSystem.FileSystem
  | Output.Output
  | Scope.Scope
  | SignInLinks.SignInLinks
  | TradeRepository.TradeRepository
  | Clock.Clock
> =>
  Effect.gen(function* () {
    const { line } = yield* Output.Output
    yield* DaemonFile.keep(place.daemonFile, url, isOpen)
    yield* line(`Dashboard: ${url}/ (guides: /docs, API: /docs/api; also /health, /ready, /metrics)`)
    if (isOpen) {
      yield* Effect.logWarning(OPEN)
      return yield* line(`${OPEN}.`)
    }
    if (Option.isSome(made)) yield* line(yield* tokenLine(made.value, place))
    yield* line(yield* signInLine(url, place))
  })
