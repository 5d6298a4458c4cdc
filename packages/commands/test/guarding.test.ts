import { AccountName, Instant } from "@roundlot/core"
import { guarding } from "@roundlot/commands"
import { FastCheck as fc } from "effect"
import { describe, expect, it } from "vitest"

const main = AccountName.AccountName.make("main")

const takenAt = Instant.fromMillis(0)

/** A lease as a look finds it; renewed when it is said. */
const lease = (isLive: boolean, token = 1, renewedMs = 0) => ({
  account: main,
  token,
  host: "h",
  pid: 1,
  takenAt,
  renewedAt: Instant.fromMillis(renewedMs),
  isLive
})

type Look = readonly [atMs: number, held: ReturnType<typeof lease> | undefined]

const AFTER_MS = 3_000

/** What was heard of one lease at these milliseconds; nothing where it was released. */
const heard = (looks: ReadonlyArray<Look>) =>
  looks.reduce(
    (silence, [atMs, held]) => guarding.listen(silence, held === undefined ? [] : [held], atMs, AFTER_MS),
    guarding.unheard
  )

const lostOf = (looks: ReadonlyArray<Look>) => guarding.lost(heard(looks), AFTER_MS).map(([account]) => account)

/** So many seconds of the same, beginning at a second. */
const seconds = (from: number, until: number, held: Look[1]): ReadonlyArray<Look> =>
  Array.from({ length: until - from }, (_, step) => [(from + step) * 1_000, held])

const down = (from: number) => seconds(from, from + 3, lease(false, from))
const up = (from: number, until: number) => seconds(from, until, lease(true, from))

describe("a daemon that is silent", () => {
  it("is lost once its lease was silent at every look for so long", () => {
    const looks = seconds(0, 4, lease(false))
    expect(lostOf(looks.slice(0, 3))).toEqual([])
    expect(lostOf(looks)).toEqual([main])
  })

  it.each([
    ["released", undefined],
    ["renewed in time", lease(true)],
    ["renewed between two looks", lease(false, 1, 1_500)],
    ["renewed though its session is gone", lease(false, 1, 1_900)],
    ["taken by another process and lost again", lease(false, 2)]
  ] as const)("is not lost where its lease was %s in between", (_, between) => {
    const after = between?.isLive === false ? between : lease(false)
    expect(lostOf([...seconds(0, 2, lease(false)), [2_000, between], [3_000, after]])).toEqual([])
  })

  it("is lost where looks are far apart and the lease is as it was; a look counts for 5 s at most", () => {
    const looks = [0, 2_900, 9_000].map((atMs) => [atMs, lease(false)] as const)
    expect(lostOf(looks.slice(0, 2))).toEqual([])
    expect(lostOf(looks)).toEqual([main])
    const once = guarding.listen(heard(looks.slice(0, 1)), [lease(false)], 600_000, 30_000)
    expect(guarding.lost(once, 5_000)).toHaveLength(1)
    expect(guarding.lost(once, 5_001)).toHaveLength(0)
  })

  it("is not lost while it renews its lease, though the store sees no session of it: a connection broke", () => {
    const looks = Array.from({ length: 120 }, (_, s): Look => [s * 1_000, lease(false, 1, Math.floor(s / 3) * 3_000)])
    for (let seen = 1; seen <= looks.length; seen++) expect(lostOf(looks.slice(0, seen))).toEqual([])
  })

  it("is lost where daemons start and die again and again; one that runs for so long ends the count", () => {
    const [first, second] = [down(0), down(5)]
    expect(lostOf([...first, ...up(3, 5), ...second])).toEqual([main])
    expect(lostOf([...first, ...up(3, 5)])).toEqual([])
    expect(lostOf([...first, ...up(3, 6), ...down(6)])).toEqual([])
  })

  it("is never lost unless looks in a row found it silent for so long, since it was released last", () => {
    const look = fc.tuple(fc.integer({ min: 1, max: 4_000 }), fc.constantFrom("live", "silent", "released", "other"))
    fc.assert(
      fc.property(fc.array(look, { minLength: 1, maxLength: 40 }), (steps) => {
        let atMs = 0
        const looks = steps.map(([pause, state]): Look => {
          atMs += pause
          return [atMs, state === "released" ? undefined : lease(state === "live", state === "other" ? 2 : 1)]
        })
        const since = looks.slice(looks.findLastIndex(([, held]) => held === undefined) + 1)
        const pauses = since.map(([at, held], i) => {
          const [earlier, before] = since[i - 1] ?? [at, undefined]
          return held?.isLive === false && before?.isLive === false && held.token === before.token ? at - earlier : 0
        })
        const silentMs = pauses.reduce((sum, pause) => sum + pause, 0)
        const mayBeLost = silentMs >= AFTER_MS && looks.at(-1)?.[1]?.isLive === false
        expect(mayBeLost || lostOf(looks).length === 0).toBe(true)
      })
    )
  })
})
