import * as FileSystem from "@effect/platform/FileSystem"
import { Entropy, Instant } from "@roundlot/core"
import { Clock, Effect, Option, Redacted, Schema } from "effect"
import { createCipheriv, createDecipheriv, scryptSync } from "node:crypto"

/** What a login gave. The refresh token ends seven days after the login, whatever was refreshed since. */
export const Tokens = Schema.Struct({
  accessToken: Schema.Redacted(Schema.NonEmptyString),
  accessExpiresAt: Instant.FromString,
  refreshToken: Schema.Redacted(Schema.NonEmptyString),
  refreshExpiresAt: Instant.FromString
})

/** What a login gave. */
export type Tokens = typeof Tokens.Type

/** Where a login's tokens stand, and the key that they are encrypted with, where one is configured. */
export interface TokenPlace {
  readonly file: string
  readonly key: Redacted.Redacted | undefined
}

/** The file of the tokens cannot be used; the message says what to do. */
export class TokenFileFailed extends Schema.TaggedError<TokenFileFailed>()("TokenFileFailed", {
  file: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `the tokens in ${this.file} ${this.problem}`
  }
}

const Sealed = Schema.Struct({
  cipher: Schema.Literal("aes-256-gcm"),
  salt: Schema.String,
  tag: Schema.String,
  text: Schema.String
})

const decodeFile = Schema.decodeUnknownOption(Schema.parseJson(Schema.Union(Tokens, Sealed)))
const decodeTokens = Schema.decodeUnknownOption(Schema.parseJson(Tokens))
const encodeTokens = Schema.encodeSync(Schema.parseJson(Tokens))
const encodeSealed = Schema.encodeSync(Schema.parseJson(Sealed))

const CIPHER = "aes-256-gcm"
const KEY_BYTES = 32
const NONCE_BYTES = 12

/** A key and a nonce of their own for each writing, from the configured key and 16 random bytes. */
const keyed = (key: Redacted.Redacted, salt: string) => {
  const bytes = scryptSync(Redacted.value(key), Buffer.from(salt, "hex"), KEY_BYTES + NONCE_BYTES)
  return { secret: bytes.subarray(0, KEY_BYTES), nonce: bytes.subarray(KEY_BYTES) }
}

const sealed = (text: string, key: Redacted.Redacted, salt: string): string => {
  const { nonce, secret } = keyed(key, salt)
  const cipher = createCipheriv(CIPHER, secret, nonce)
  const sealedText = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]).toString("base64")
  return encodeSealed({ cipher: CIPHER, salt, tag: cipher.getAuthTag().toString("base64"), text: sealedText })
}

const opened = ({ salt, tag, text }: typeof Sealed.Type, key: Redacted.Redacted): string => {
  const { nonce, secret } = keyed(key, salt)
  const decipher = createDecipheriv(CIPHER, secret, nonce)
  decipher.setAuthTag(Buffer.from(tag, "base64"))
  return Buffer.concat([decipher.update(Buffer.from(text, "base64")), decipher.final()]).toString("utf8")
}

const MODE = 0o600
const OTHERS = 0o077

/** Reads the tokens; none where nobody has logged in yet. A file that others may read is refused. */
export const read = (place: TokenPlace): Effect.Effect<Option.Option<Tokens>, TokenFileFailed, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const failed = (problem: string) => new TokenFileFailed({ file: place.file, problem })
    const isThere = yield* Effect.orElseSucceed(fs.exists(place.file), () => true)
    if (!isThere) return Option.none()
    const { mode } = yield* Effect.mapError(fs.stat(place.file), ({ message }) => failed(`cannot be read (${message})`))
    if ((mode & OTHERS) !== 0) return yield* failed("can be read by others: 'chmod 600' it, or log in again")
    const text = yield* Effect.mapError(fs.readFileString(place.file), ({ message }) =>
      failed(`cannot be read (${message})`)
    )
    const contents = Option.getOrUndefined(decodeFile(text))
    if (contents === undefined) return yield* failed("are not readable: log in again with 'roundlot schwab login'")
    if (!("cipher" in contents)) return Option.some(contents)
    const { key } = place
    if (key === undefined)
      return yield* failed("are encrypted: set SCHWAB_TOKEN_KEY to the key that they were written with")
    const plain = yield* Effect.try({
      try: () => opened(contents, key),
      catch: () => failed("were written with another SCHWAB_TOKEN_KEY, or are damaged: log in again")
    })
    const tokens = decodeTokens(plain)
    return Option.isSome(tokens) ? tokens : yield* failed("are not readable: log in again with 'roundlot schwab login'")
  })

/** Writes the tokens where only their owner can read them, whole or not at all. */
export const write = (
  place: TokenPlace,
  tokens: Tokens
): Effect.Effect<void, TokenFileFailed, FileSystem.FileSystem | Entropy.Entropy> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const salt = yield* Effect.flatMap(Entropy.Entropy, ({ hex }) => hex)
    const plain = encodeTokens(tokens)
    const text = place.key === undefined ? plain : sealed(plain, place.key, salt)
    const part = `${place.file}.${salt.slice(0, 8)}.part`
    yield* fs.writeFileString(part, text, { mode: MODE, flag: "wx" })
    yield* fs.rename(part, place.file)
  }).pipe(
    Effect.mapError(
      ({ message }) => new TokenFileFailed({ file: place.file, problem: `cannot be written (${message})` })
    )
  )

/**
 * A lease that was not released, since its holder is gone, is taken over so long after it was taken; one that seems taken so long from
 * now as well, since a clock has stepped.
 */
const LEASE_MS = 30_000

/**
 * Does something as the one holder of the lease on the tokens, of whichever process: who refreshes, and writes them. Whoever finds it
 * taken does nothing, and is told so by `false`.
 */
export const asHolder = <E, R>(
  { file }: TokenPlace,
  act: Effect.Effect<void, E, R>
): Effect.Effect<boolean, E, FileSystem.FileSystem | R> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const lease = `${file}.lease`
    const take = Effect.isSuccess(fs.writeFileString(lease, "", { mode: MODE, flag: "wx" }))
    const takeOver = Effect.gen(function* () {
      const { mtime } = yield* fs.stat(lease)
      const ageMs = (yield* Clock.currentTimeMillis) - Option.getOrElse(mtime, () => new Date(0)).getTime()
      if (Math.abs(ageMs) < LEASE_MS) return false
      yield* Effect.ignore(fs.remove(lease))
      return yield* take
    }).pipe(Effect.orElseSucceed(() => false))
    const taken = Effect.flatMap(take, (isTaken) => (isTaken ? Effect.succeed(true) : takeOver))
    return yield* Effect.acquireUseRelease(
      taken,
      (isHeld) => Effect.as(isHeld ? act : Effect.void, isHeld),
      (isHeld) => (isHeld ? Effect.ignore(fs.remove(lease)) : Effect.void)
    )
  })
