import * as FileSystem from "@effect/platform/FileSystem"
import { type Clock, Entropy, type TokenRegister, Tokens, type TradeRepository } from "@roundlot/core"
import { Effect, Option, Redacted, Schema } from "effect"
import { dirname } from "node:path"
import * as ownFile from "./ownFile.ts"

/** The file of the operator's token cannot be used; the message says what to do. */
export class TokenFileFailed extends Schema.TaggedError<TokenFileFailed>()("TokenFileFailed", {
  problem: Schema.String
}) {
  override get message() {
    return `the operator's token cannot be used: ${this.problem}. 'roundlot tokens create NAME --role operate' makes another, 'roundlot tokens revoke ${Tokens.FIRST}' makes it void`
  }
}

/** Who made the token, as the journal names it. */
const ACTOR = "roundlot start"

/** The secret in the file; none where there is no file. A file that others may read or write is refused. */
export const read = (
  file: string
): Effect.Effect<Option.Option<Redacted.Redacted>, TokenFileFailed, FileSystem.FileSystem> =>
  ownFile.read(file).pipe(
    Effect.map(Option.map((text) => Redacted.make(text.trim()))),
    Effect.mapError(({ message }) => new TokenFileFailed({ problem: message }))
  )

/**
 * Makes the first token of a store, and keeps its secret in a file that its owner alone reads. None where a token was ever made. The
 * file is there before the token is, so that none is made whose secret cannot be kept; it comes to its name whole or not at all.
 */
export const make = (
  file: string
): Effect.Effect<
  Option.Option<Tokens.MadeToken>,
  TokenFileFailed | TokenRegister.TokensDisagree | TradeRepository.WriteError,
  FileSystem.FileSystem | TradeRepository.TradeRepository | Clock.Clock | Entropy.Entropy
> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { hex } = yield* Entropy.Entropy
    const part = `${file}.${yield* hex}.part`
    const written = Effect.mapError(
      ({ message }: { readonly message: string }) =>
        new TokenFileFailed({ problem: `${file} cannot be written (${message})` })
    )
    if ((yield* Tokens.all).length > 0) return Option.none()
    yield* written(fs.makeDirectory(dirname(file), { recursive: true, mode: 0o700 }))
    const kept = yield* written(fs.open(part, { flag: "wx", mode: ownFile.MODE }))
    yield* Effect.addFinalizer(() => Effect.ignore(fs.remove(part)))
    const made = yield* Tokens.createFirst(ACTOR)
    if (Option.isNone(made)) return made
    yield* written(kept.writeAll(new TextEncoder().encode(`${Redacted.value(made.value.secret)}\n`)))
    yield* written(fs.rename(part, file))
    return made
  }).pipe(Effect.scoped)
