import * as FileSystem from "@effect/platform/FileSystem"
import { type Clock } from "@roundlot/core"
import { Entropy, type TradeRepository } from "@roundlot/core/adapter"
import { type TokenRegister, Tokens } from "@roundlot/core/ledger"
import { Effect, Option, Redacted, Schema } from "effect"
import { dirname } from "node:path"
import * as ownFile from "./ownFile.ts"

/** The file of the operator's token cannot be used; the message says what to do. */
export class TokenFileFailed extends Schema.TaggedError<TokenFileFailed>()("TokenFileFailed", {
  problem: Schema.String
}) {
  override get message() {
    return `the operator's token cannot be used: ${this.problem}. 'roundlot tokens create NAME --role operate' creates another, 'roundlot tokens revoke ${Tokens.FIRST}' revokes it`
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

const written = <A, E extends { readonly message: string }, R>(file: string, writing: Effect.Effect<A, E, R>) =>
  Effect.mapError(writing, ({ message }) => new TokenFileFailed({ problem: `${file} cannot be written (${message})` }))

/**
 * Keeps the secret of a token that is made in a file that its owner alone reads. The file is there before the secret is, so that none
 * is made that cannot be kept; it comes to its name whole or not at all.
 */
const keeping = <E, R>(file: string, making: Effect.Effect<Option.Option<Tokens.MadeToken>, E, R>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const part = `${file}.${yield* Effect.flatMap(Entropy.Entropy, ({ hex }) => hex)}.part`
    yield* written(file, fs.makeDirectory(dirname(file), { recursive: true, mode: 0o700 }))
    const kept = yield* written(file, fs.open(part, { flag: "wx", mode: ownFile.MODE }))
    yield* Effect.addFinalizer(() => Effect.ignore(fs.remove(part)))
    const made = yield* making
    if (Option.isNone(made)) return made
    yield* written(file, kept.writeAll(new TextEncoder().encode(`${Redacted.value(made.value.secret)}\n`)))
    yield* written(file, fs.rename(part, file))
    return made
  }).pipe(Effect.scoped)

/** Rotates a token; where the file has its secret, it has the new one from then on. */
export const rotate = (
  file: string,
  request: Tokens.RotationRequest
): Effect.Effect<
  Tokens.MadeToken,
  Effect.Effect.Error<ReturnType<typeof Tokens.rotate>> | TokenFileFailed,
  FileSystem.FileSystem | TradeRepository.TradeRepository | Clock.Clock | Entropy.Entropy
> =>
  Effect.gen(function* () {
    const hash = Option.map(yield* read(file), (secret) => Tokens.hashOf(Redacted.value(secret)))
    const isKept = (yield* Tokens.all).some(
      ({ name, ...token }) => name === request.name && Option.contains(hash, token.hash)
    )
    if (!isKept) return yield* Tokens.rotate(request)
    const made = yield* keeping(file, Effect.asSome(Tokens.rotate(request)))
    return yield* Effect.orDie(made)
  })

/** Makes the first token of a store, and keeps its secret in a file that its owner alone reads. None where a token was ever made. */
export const make = (
  file: string
): Effect.Effect<
  Option.Option<Tokens.MadeToken>,
  TokenFileFailed | TokenRegister.TokensDisagree | TradeRepository.WriteError,
  FileSystem.FileSystem | TradeRepository.TradeRepository | Clock.Clock | Entropy.Entropy
> =>
  Effect.flatMap(Tokens.all, ({ length }) =>
    length > 0 ? Effect.succeedNone : keeping(file, Tokens.createFirst(ACTOR))
  )
