import { LeaseContract } from "@roundlot/testing"
import { Effect, Exit, Redacted, Scope } from "effect"
import { describe, expect, it } from "vitest"
import { make } from "../src/internal/make.ts"
import { asking, database, store } from "./place.ts"

const { account } = LeaseContract

const play = (test: Effect.Effect<void, unknown, Scope.Scope>): Promise<void> => Effect.runPromise(Effect.scoped(test))

/** Makes every lease older, as if so much time had passed on the server. */
const pass = (url: string) => (milliseconds: number) =>
  asking(
    url,
    `UPDATE roundlot_ops_leases SET "takenAt" = "takenAt" - interval '${milliseconds} milliseconds',` +
      ` "renewedAt" = "renewedAt" - interval '${milliseconds} milliseconds'`
  )

const here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
const lives = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND ${here}`

describe("leases of a store on Postgres", () => {
  it.each(LeaseContract.clauses)("$name", ({ expected, run }) =>
    play(
      Effect.gen(function* () {
        const { repository, url } = yield* store()
        expect(yield* run({ repository, pass: pass(url) })).toEqual(expected)
      })
    )
  )

  it("a holder whose connection is gone is replaced at once", () =>
    play(
      Effect.gen(function* () {
        const url = yield* database
        const one = yield* make({ url: Redacted.make(url) })
        const scope = yield* Scope.make()
        const session = yield* Scope.extend(one.leases.open({ host: "one", pid: 1 }), scope)
        expect(yield* session.take(account)).toBe(1)
        const [life] = yield* asking(url, lives)
        const two = yield* make({ url: Redacted.make(url) })
        const next = yield* two.leases.open({ host: "two", pid: 2 })
        expect((yield* Effect.flip(next.take(account)))._tag).toBe("LeaseHeld")
        yield* asking(url, `SELECT pg_terminate_backend(${String(life?.["pid"])}, 5000)`)
        expect(yield* next.take(account)).toBe(2)
        expect((yield* Effect.flip(session.renew))._tag).toBe("Fenced")
        yield* Scope.close(scope, Exit.void)
      })
    ))

  it("a holder whose connection broke goes on where nobody has taken over", () =>
    play(
      Effect.gen(function* () {
        const { repository, url } = yield* store()
        const session = yield* repository.leases.open({ host: "one", pid: 1 })
        expect(yield* session.take(account)).toBe(1)
        const [life] = yield* asking(url, lives)
        yield* asking(url, `SELECT pg_terminate_backend(${String(life?.["pid"])}, 5000)`)
        yield* session.renew
        expect(yield* session.take(account)).toBe(1)
        expect(yield* repository.leases.held).toMatchObject([{ token: 1, isLive: true }])
      })
    ))
})
