import { assert, describe, it } from "@effect/vitest"
import type { TradeRepository } from "@roundlot/core/adapter"
import { SampleRows as rows } from "@roundlot/testing"
import { Effect, Queue, Redacted, Stream } from "effect"
import { make } from "../src/internal/make.ts"
import { asking, database } from "./place.ts"

/** What a repository tells of commits, taken one by one. */
const heardBy = ({ news = Stream.empty }: TradeRepository.TradeRepositoryService) =>
  Effect.gen(function* () {
    const heard = yield* Queue.unbounded<void>()
    yield* Effect.forkScoped(Stream.runForEach(news, () => heard.offer(undefined)))
    // The first is told when the listener has begun: from then on nothing is missed.
    yield* heard.take
    return heard
  })

const LISTENERS = `SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`

describe("news of what other processes commit", () => {
  it.scopedLive("a commit is told at once to another process that listens, however many listen there", () =>
    Effect.gen(function* () {
      const url = Redacted.make(yield* database)
      const one = yield* make({ url })
      const other = yield* make({ url })
      const heard = yield* heardBy(other)
      const second = yield* Queue.unbounded<void>()
      yield* Effect.forkScoped(Stream.runForEach(other.news ?? Stream.empty, () => second.offer(undefined)))
      yield* one.write(rows.scope(), rows.writing([], [rows.part("main", 1)]))
      yield* heard.take
      yield* second.take
      assert.strictEqual((yield* asking(Redacted.value(url), LISTENERS)).length, 1)
      assert.strictEqual((yield* other.heads).get("main")?.seq, 1)
    })
  )

  it.scopedLive("a listener whose connection is cut hears again, and of what it missed", () =>
    Effect.gen(function* () {
      const url = Redacted.make(yield* database)
      const one = yield* make({ url })
      const other = yield* make({ url })
      const heard = yield* heardBy(other)
      yield* asking(Redacted.value(url), LISTENERS.replace("SELECT pid", "SELECT pg_terminate_backend(pid)"))
      // Told when it listens again, whether or not anything was committed meanwhile.
      yield* heard.take
      yield* one.write(rows.scope(), rows.writing([], [rows.part("main", 1)]))
      yield* heard.take
    })
  )

  it.scopedLive("who does not listen has no connection for it", () =>
    Effect.gen(function* () {
      const url = Redacted.make(yield* database)
      yield* make({ url })
      assert.strictEqual((yield* asking(Redacted.value(url), LISTENERS)).length, 0)
    })
  )
})
