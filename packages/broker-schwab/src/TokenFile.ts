import * as FileSystem from "@effect/platform/FileSystem"
import { Instant } from "@roundlot/core"
import { Entropy } from "@roundlot/core/adapter"
import { Clock, Effect, Option, Redacted, Schema } from "effect"
import { createCipheriv, createDecipheriv, scryptSync } from "node:crypto"
import { basename, dirname } from "node:path"

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

/**
 * Writes the tokens where only their owner can read them, whole or not at all; nothing where they may not replace what is there at the
 * last moment. Whether they were written.
 */
export const write = (
  place: TokenPlace,
  tokens: Tokens,
  mayReplace: Effect.Effect<boolean, never, FileSystem.FileSystem> = Effect.succeed(true)
): Effect.Effect<boolean, TokenFileFailed, FileSystem.FileSystem | Entropy.Entropy> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const salt = yield* Effect.flatMap(Entropy.Entropy, ({ hex }) => hex)
    const plain = encodeTokens(tokens)
    const text = place.key === undefined ? plain : sealed(plain, place.key, salt)
    const part = `${place.file}.${salt.slice(0, 8)}.part`
    yield* fs.writeFileString(part, text, { mode: MODE, flag: "wx" })
    const isWritten = yield* mayReplace
    yield* isWritten ? fs.rename(part, place.file) : fs.remove(part)
    return isWritten
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

/** What a lease that was released has in its file. */
const RELEASED = "released"

/** The leases on a file of tokens: each has a number of its own, and the highest is the one that counts. */
const leasesOf = (fs: FileSystem.FileSystem, { file }: TokenPlace) => {
  const prefix = `${basename(file)}.lease.`
  const nameOf = (number: number) => `${file}.lease.${number}`
  const all = Effect.map(fs.readDirectory(dirname(file)), (names) =>
    names
      .flatMap((name) => (name.startsWith(prefix) ? [Number(name.slice(prefix.length))] : []))
      .filter(Number.isSafeInteger)
  )
  const isFree = (number: number) =>
    Effect.gen(function* () {
      const { mtime } = yield* fs.stat(nameOf(number))
      const ageMs = (yield* Clock.currentTimeMillis) - Option.getOrElse(mtime, () => new Date(0)).getTime()
      return Math.abs(ageMs) >= LEASE_MS || (yield* fs.readFileString(nameOf(number))) === RELEASED
    })
  return {
    isFree,
    newest: Effect.map(all, (numbers) => Math.max(0, ...numbers)),
    make: (number: number) => Effect.isSuccess(fs.writeFileString(nameOf(number), "", { mode: MODE, flag: "wx" })),
    remove: (number: number) => Effect.ignore(fs.remove(nameOf(number))),
    /** Its successor may have removed it: it is not made again. */
    release: (number: number) => Effect.ignore(fs.writeFileString(nameOf(number), RELEASED, { flag: "r+" })),
    /** The one before stays: a listing that is read while a new one is made has one of both. */
    removeBefore: (number: number) =>
      Effect.flatMap(all, (numbers) =>
        Effect.forEach(
          numbers.filter((each) => each < number - 1),
          (each) => Effect.ignore(fs.remove(nameOf(each))),
          { discard: true }
        )
      )
  }
}

/** The number of a lease that was taken; none where another has it. Of those who take the same number one makes its file. */
const takeLease = (leases: ReturnType<typeof leasesOf>) =>
  Effect.gen(function* () {
    const before = yield* leases.newest
    if (before > 0 && !(yield* leases.isFree(before))) return undefined
    const mine = before + 1
    if (!(yield* leases.make(mine))) return undefined
    if ((yield* leases.newest) === mine) {
      yield* Effect.ignore(leases.removeBefore(mine))
      return mine
    }
    // Others have had it since `before` was looked at, and removed that file.
    yield* leases.remove(mine)
    return undefined
  }).pipe(Effect.orElseSucceed(() => undefined))

/**
 * Does something as the one holder of the lease on the tokens, of whichever process: it alone refreshes and writes them. Where the
 * lease is taken nothing is done, and the result is `false`. A holder that is slow is succeeded: `isMine` says whether it still holds the lease.
 */
export const asHolder = <E, R>(
  place: TokenPlace,
  act: (isMine: Effect.Effect<boolean>) => Effect.Effect<void, E, R>
): Effect.Effect<boolean, E, FileSystem.FileSystem | R> =>
  Effect.gen(function* () {
    const leases = leasesOf(yield* FileSystem.FileSystem, place)
    const isNewest = (number: number) =>
      Effect.orElseSucceed(
        Effect.map(leases.newest, (newest) => newest === number),
        () => false
      )
    return yield* Effect.acquireUseRelease(
      takeLease(leases),
      (mine) => (mine === undefined ? Effect.succeed(false) : Effect.as(act(isNewest(mine)), true)),
      (mine) => (mine === undefined ? Effect.void : leases.release(mine))
    )
  })
