import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Credentials, Session, TokenFile } from "@roundlot/broker-schwab"
import type { Http } from "@roundlot/broker-schwab"
import { Instant } from "@roundlot/core"
import type { Entropy, HttpOutcome } from "@roundlot/core/adapter"
import { Clock, Deferred, Effect, Either, Fiber, Option, Redacted, TestClock } from "effect"
import { chmodSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { freshTokens, world } from "./setup.ts"

const A_MINUTE_MS = 60_000
const A_DAY_MS = 86_400_000

const credentials: Credentials.Credentials = {
  baseUrl: "http://127.0.0.1:1",
  appKey: Redacted.make("key"),
  appSecret: Redacted.make("secret"),
  redirectUri: "https://127.0.0.1",
  accountNumber: undefined,
  authorityFile: undefined,
  challenge: undefined
}
const place = Either.getOrThrow(Credentials.placeOf(credentials.baseUrl))

const login = Effect.map(Clock.currentTimeMillis, (now) => ({
  accessToken: Redacted.make(`access-${now}`),
  accessExpiresAt: Instant.fromMillis(now + 30 * A_MINUTE_MS),
  refreshToken: Redacted.make("refresh"),
  refreshExpiresAt: Instant.fromMillis(now + 7 * A_DAY_MS)
}))

const refusal: HttpOutcome.HttpOutcome = {
  _tag: "Answered",
  status: 400,
  text: JSON.stringify({ error: "invalid_client" }),
  contentType: "application/json",
  headers: new Map(),
  retryAfterMs: undefined
}

/** A session on a file of its own, whose refreshes are counted and answered as told. */
const opened = (key?: string) =>
  Effect.gen(function* () {
    const { file } = yield* freshTokens
    const tokens = { file, key: key === undefined ? undefined : Redacted.make(key) }
    let asked = 0
    let answer: HttpOutcome.HttpOutcome | undefined
    let slow: { readonly isAsked: Deferred.Deferred<void>; readonly goesOn: Deferred.Deferred<void> } | undefined
    const exchange: Http.Exchange = () =>
      Effect.gen(function* () {
        asked++
        const text = `{"access_token":"renewed-${asked}","refresh_token":"refresh","expires_in":1800}`
        const held = slow
        slow = undefined
        if (held !== undefined) {
          yield* Deferred.succeed(held.isAsked, undefined)
          yield* Deferred.await(held.goesOn)
        }
        return answer ?? { ...refusal, status: 200, text }
      })
    const open = Session.make({ credentials, place, tokens }, exchange)
    yield* TokenFile.write(tokens, yield* login)
    return {
      tokens,
      open,
      session: yield* open,
      asked: () => asked,
      /** The next refresh is answered on demand. */
      slowly: Effect.gen(function* () {
        slow = { isAsked: yield* Deferred.make<void>(), goesOn: yield* Deferred.make<void>() }
        return { isAsked: Deferred.await(slow.isAsked), now: Deferred.succeed(slow.goesOn, undefined) }
      }),
      answer: (outcome: HttpOutcome.HttpOutcome | undefined) => {
        answer = outcome
      }
    }
  })

const text = (token: Effect.Effect<Redacted.Redacted, Session.NeedsLogin>) => Effect.map(token, Redacted.value)

const test = (name: string, body: Effect.Effect<void, unknown, Effect.Effect.Context<ReturnType<typeof opened>>>) =>
  // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- the title is given, the body asserts
  it.scoped(name, () => Effect.provide(body, world))

describe("the session of a login", () => {
  test(
    "a token is refreshed ahead of its end, once however many ask, and kept for other processes",
    Effect.gen(function* () {
      const { asked, open, session } = yield* opened()
      yield* TestClock.adjust("24 minutes")
      assert.strictEqual(yield* text(session.access), "access-0")
      yield* TestClock.adjust("2 minutes")
      const all = yield* Effect.all([session.access, session.access, session.access], { concurrency: "unbounded" })
      assert.deepStrictEqual(all.map(Redacted.value), ["renewed-1", "renewed-1", "renewed-1"])
      assert.strictEqual(yield* text((yield* open).access), "renewed-1")
      assert.strictEqual(asked(), 1)
    })
  )

  test(
    "a token that Schwab does not take is replaced; where nothing answers, one that is valid yet is used",
    Effect.gen(function* () {
      const { answer, asked, session } = yield* opened()
      yield* session.refused(yield* session.access)
      assert.strictEqual(yield* text(session.access), "renewed-1")
      answer({ _tag: "Lost", why: "reset" })
      yield* TestClock.adjust("26 minutes")
      assert.strictEqual(yield* text(session.access), "renewed-1")
      yield* session.access
      assert.strictEqual(asked(), 2)
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual((yield* Effect.flip(session.access))._tag, "NeedsLogin")
      answer(undefined)
      yield* TestClock.adjust("5 seconds")
      assert.match(yield* text(session.access), /^renewed/)
    })
  )

  for (const [body, asks] of [
    ["<html>401</html>", 2],
    ['{"message":"Unauthorized"}', 2],
    ['{"error":"invalid_client"}', 1]
  ] as const) {
    test(
      `a token refused with ${body} is asked for ${asks} times: a gateway's refusal says nothing of the login`,
      Effect.gen(function* () {
        const { answer, asked, session } = yield* opened()
        yield* session.refused(yield* session.access)
        answer({
          _tag: "Answered",
          status: 401,
          contentType: "text/html",
          headers: new Map(),
          retryAfterMs: undefined,
          text: body
        })
        assert.strictEqual((yield* Effect.flip(session.access))._tag, "NeedsLogin")
        answer(undefined)
        yield* TestClock.adjust("5 seconds")
        yield* Effect.either(session.access)
        assert.strictEqual(asked(), asks)
      })
    )
  }

  test(
    "its end is announced from two days before; after it nothing is asked until somebody logs in, then all goes on",
    Effect.gen(function* () {
      const { answer, asked, session, tokens } = yield* opened()
      assert.strictEqual((yield* session.standing)._tag, "Valid")
      const until = Instant.fromMillis(7 * A_DAY_MS)
      yield* TestClock.adjust(5 * A_DAY_MS - 1)
      assert.deepStrictEqual(yield* session.standing, { _tag: "Valid", until })
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* session.standing, { _tag: "EndsSoon", until })
      yield* TestClock.adjust(2 * A_DAY_MS)
      const before = asked()
      assert.containSubset(yield* session.standing, { _tag: "NeedsLogin", why: "the login has expired" })
      assert.include((yield* Effect.flip(session.access)).message, "roundlot schwab login")
      assert.strictEqual(asked(), before)
      answer(refusal)
      yield* TokenFile.write(tokens, yield* login)
      assert.strictEqual(yield* text(session.access), `access-${7 * A_DAY_MS}`)
      assert.strictEqual((yield* session.standing)._tag, "Valid")
    })
  )

  test(
    "a refusal of Schwab's ends a login before its time, and is asked once",
    Effect.gen(function* () {
      const { answer, asked, session } = yield* opened()
      answer(refusal)
      yield* session.refused(yield* session.access)
      assert.include((yield* Effect.flip(session.access)).why, "invalid_client")
      yield* TestClock.adjust("1 hour")
      yield* Effect.flip(session.access)
      assert.strictEqual(asked(), 1)
    })
  )

  test(
    "while another process holds the lease on the tokens nothing is refreshed here; one that is gone is succeeded",
    Effect.gen(function* () {
      const { asked, session, tokens } = yield* opened()
      writeFileSync(`${tokens.file}.lease.1`, "")
      yield* session.refused(yield* session.access)
      yield* TestClock.setTime(statSync(`${tokens.file}.lease.1`).mtimeMs)
      yield* TokenFile.write(tokens, yield* login)
      const token = yield* session.access
      yield* session.refused(token)
      assert.strictEqual((yield* Effect.flip(session.access))._tag, "NeedsLogin")
      assert.strictEqual(asked(), 0)
      yield* TestClock.adjust("31 seconds")
      assert.strictEqual(yield* text(session.access), "renewed-1")
    })
  )
})

const A_STEP_S = 3_600

describe("the lease on the tokens", () => {
  test(
    "is released where its holder is interrupted while it is taken",
    Effect.gen(function* () {
      const { tokens } = yield* opened()
      const fs = yield* FileSystem.FileSystem
      const isTaken = yield* Deferred.make<void>()
      const goesOn = yield* Deferred.make<void>()
      const held: FileSystem.FileSystem = {
        ...fs,
        writeFileString: (...parts) =>
          fs
            .writeFileString(...parts)
            .pipe(Effect.zipLeft(Deferred.succeed(isTaken, undefined)), Effect.zipLeft(Deferred.await(goesOn)))
      }
      const holder = yield* TokenFile.asHolder(tokens, () => Effect.never).pipe(
        Effect.provideService(FileSystem.FileSystem, held),
        Effect.fork
      )
      yield* Deferred.await(isTaken)
      yield* TestClock.setTime(Date.now())
      assert.isFalse(yield* TokenFile.asHolder(tokens, () => Effect.void))
      const ended = yield* Effect.fork(Fiber.interrupt(holder))
      yield* Effect.yieldNow()
      yield* Deferred.succeed(goesOn, undefined)
      yield* Fiber.join(ended)
      assert.isTrue(yield* TokenFile.asHolder(tokens, () => Effect.void))
    })
  )

  test(
    "is taken over where its time lies more than half a minute ahead, as after a step of the clock; not where less",
    Effect.gen(function* () {
      const { tokens } = yield* opened()
      const now = (yield* Clock.currentTimeMillis) / 1_000
      const takenAt = (seconds: number) =>
        Effect.suspend(() => {
          writeFileSync(`${tokens.file}.lease.1`, "")
          utimesSync(`${tokens.file}.lease.1`, seconds, seconds)
          return TokenFile.asHolder(tokens, () => Effect.void)
        })
      assert.isFalse(yield* takenAt(now + 20))
      assert.isTrue(yield* takenAt(now + A_STEP_S))
    })
  )
})

/** Holds the lease from `isHeld` on until `goesOn`; whether it was had. */
const holding = (tokens: TokenFile.TokenPlace) =>
  Effect.gen(function* () {
    const isHeld = yield* Deferred.make<void>()
    const goesOn = yield* Deferred.make<void>()
    const act = Effect.zipRight(Deferred.succeed(isHeld, undefined), Deferred.await(goesOn))
    const holder = yield* Effect.fork(TokenFile.asHolder(tokens, () => act))
    return {
      isHeld: Deferred.await(isHeld),
      end: Effect.zipRight(Deferred.succeed(goesOn, undefined), Fiber.join(holder))
    }
  })

/** Each of so many who look at a lease goes on once all have. */
const lookingTogether = (count: number) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const all = yield* Deferred.make<void>()
    let looked = 0
    const seen: FileSystem.FileSystem = {
      ...fs,
      stat: (path) =>
        Effect.tap(fs.stat(path), () => {
          looked += 1
          return looked < count ? Deferred.await(all) : Deferred.succeed(all, undefined)
        })
    }
    return seen
  })

const HALF_A_MINUTE = "31 seconds"
const CONTENDERS = 4

describe("the lease on the tokens, when its holder is gone or slow", () => {
  test(
    "one of those who find it old at the same moment has it",
    Effect.gen(function* () {
      const { tokens } = yield* opened()
      const first = yield* holding(tokens)
      yield* first.isHeld
      yield* TestClock.setTime(Date.now() + 31_000)
      const together = yield* lookingTogether(CONTENDERS)
      let holders = 0
      let most = 0
      const act = Effect.gen(function* () {
        holders += 1
        most = Math.max(most, holders)
        yield* Effect.promise(() => new Promise<void>((resolve) => void setImmediate(resolve)))
        holders -= 1
      })
      const contending = Effect.provideService(
        TokenFile.asHolder(tokens, () => act),
        FileSystem.FileSystem,
        together
      )
      const had = yield* Effect.all(
        Array.from({ length: CONTENDERS }, () => contending),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual([had.filter((each) => each).length, most], [1, 1])
      yield* first.end
    })
  )

  test(
    "one that was taken over in the meantime releases nothing of its successor's",
    Effect.gen(function* () {
      const { tokens } = yield* opened()
      const first = yield* holding(tokens)
      yield* first.isHeld
      yield* TestClock.setTime(Date.now() + 31_000)
      const second = yield* holding(tokens)
      yield* second.isHeld
      yield* TestClock.setTime(Date.now())
      assert.isTrue(yield* first.end)
      assert.isFalse(yield* TokenFile.asHolder(tokens, () => Effect.void))
      assert.isTrue(yield* second.end)
      assert.isTrue(yield* TokenFile.asHolder(tokens, () => Effect.void))
    })
  )

  test(
    "whoever looked long ago, when others have had it since, does not have it, and leaves nothing that stops others",
    Effect.gen(function* () {
      const { tokens } = yield* opened()
      const fs = yield* FileSystem.FileSystem
      const hasLooked = yield* Deferred.make<void>()
      const goesOn = yield* Deferred.make<void>()
      const slow: FileSystem.FileSystem = {
        ...fs,
        writeFileString: (...parts) =>
          Effect.zipRight(
            Effect.zipRight(Deferred.succeed(hasLooked, undefined), Deferred.await(goesOn)),
            fs.writeFileString(...parts)
          )
      }
      const late = yield* TokenFile.asHolder(tokens, () => Effect.void).pipe(
        Effect.provideService(FileSystem.FileSystem, slow),
        Effect.fork
      )
      yield* Deferred.await(hasLooked)
      for (let i = 0; i < 4; i++) assert.isTrue(yield* TokenFile.asHolder(tokens, () => Effect.void))
      const holder = yield* holding(tokens)
      yield* holder.isHeld
      yield* TestClock.setTime(Date.now())
      yield* Deferred.succeed(goesOn, undefined)
      assert.isFalse(yield* Fiber.join(late))
      assert.isFalse(yield* TokenFile.asHolder(tokens, () => Effect.void))
      yield* holder.end
      assert.isTrue(yield* TokenFile.asHolder(tokens, () => Effect.void))
    })
  )

  test(
    "one who ended amid any step of taking it is succeeded half a minute later",
    Effect.gen(function* () {
      const { tokens } = yield* opened()
      const fs = yield* FileSystem.FileSystem
      for (let steps = 1; steps < 8; steps++) {
        let left = steps
        const isOver = yield* Deferred.make<void>()
        const dead = Effect.zipRight(Deferred.succeed(isOver, undefined), Effect.never)
        const died = <A, E, R>(step: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
          Effect.suspend(() => (left-- > 0 ? step : dead))
        const dying: FileSystem.FileSystem = {
          ...fs,
          stat: (path) => died(fs.stat(path)),
          remove: (...parts) => died(fs.remove(...parts)),
          readDirectory: (...parts) => died(fs.readDirectory(...parts)),
          readFileString: (...parts) => died(fs.readFileString(...parts)),
          writeFileString: (...parts) => died(fs.writeFileString(...parts))
        }
        yield* Effect.forkDaemon(
          Effect.provideService(
            TokenFile.asHolder(tokens, () => dead),
            FileSystem.FileSystem,
            dying
          )
        )
        yield* Deferred.await(isOver)
        yield* TestClock.setTime(Date.now() + 31_000)
        assert.isTrue(yield* TokenFile.asHolder(tokens, () => Effect.void), `after ${steps} steps`)
      }
    })
  )

  test(
    "a refresh that was answered after others had the lease, or after a login, writes nothing over theirs",
    Effect.gen(function* () {
      const { open, session, slowly, tokens } = yield* opened()
      yield* TestClock.setTime(Date.now())
      yield* TokenFile.write(tokens, yield* login)
      const written = Effect.map(TokenFile.read(tokens), (read) => Redacted.value(Option.getOrThrow(read).accessToken))
      const refreshing = (meanwhile: Effect.Effect<unknown, unknown, FileSystem.FileSystem | Entropy.Entropy>) =>
        Effect.gen(function* () {
          const answered = yield* slowly
          yield* session.refused(yield* session.access)
          const first = yield* Effect.fork(session.access)
          yield* answered.isAsked
          yield* meanwhile
          const theirs = yield* written
          yield* answered.now
          yield* Fiber.join(first)
          assert.strictEqual(yield* written, theirs)
        })
      yield* refreshing(
        Effect.gen(function* () {
          yield* TestClock.adjust(HALF_A_MINUTE)
          const other = yield* open
          yield* other.refused(yield* other.access)
          yield* other.access
        })
      )
      yield* TestClock.adjust(HALF_A_MINUTE)
      yield* refreshing(
        Effect.flatMap(login, (given) =>
          TokenFile.write(tokens, { ...given, accessToken: Redacted.make("of the login") })
        )
      )
    })
  )
})

describe("the file of the tokens", () => {
  test(
    "is for its owner alone, and refused where others may read it",
    Effect.gen(function* () {
      const { tokens } = yield* opened()
      assert.strictEqual(statSync(tokens.file).mode & 0o777, 0o600)
      assert.isTrue(Option.isSome(yield* TokenFile.read(tokens)))
      chmodSync(tokens.file, 0o644)
      assert.include((yield* Effect.flip(TokenFile.read(tokens))).message, "can be read by others")
    })
  )

  test(
    "is encrypted where a key is configured: another key, none, and a damaged file say what to do",
    Effect.gen(function* () {
      const { tokens } = yield* opened("a key")
      const written = readFileSync(tokens.file, "utf8")
      assert.notInclude(written, "access-")
      assert.notInclude(written, 'refresh"')
      assert.isTrue(Option.isSome(yield* TokenFile.read(tokens)))
      const failure = (key: string | undefined) =>
        Effect.map(
          Effect.flip(TokenFile.read({ ...tokens, key: key === undefined ? undefined : Redacted.make(key) })),
          ({ message }) => message
        )
      assert.include(yield* failure("another"), "another SCHWAB_TOKEN_KEY")
      assert.include(yield* failure(undefined), "set SCHWAB_TOKEN_KEY")
      writeFileSync(tokens.file, written.slice(0, 40))
      assert.include(yield* failure("a key"), "log in again with 'roundlot schwab login'")
    })
  )
})
