import { AccountName, Instant } from "@roundlot/core"
import { guarding } from "@roundlot/commands"
import { FastCheck as fc } from "effect"
import { describe, expect, it } from "vitest"

const main = AccountName.AccountName.make("main")

const takenAt = Instant.fromMillis(0)

const lease = (isLive: boolean, token = 1) => ({ account: main, token, host: "h", pid: 1, takenAt, isLive })

/** What was heard of one lease at these milliseconds; nothing where it was released. */
const heard = (looks: ReadonlyArray<readonly [number, ReturnType<typeof lease> | undefined]>) =>
  looks.reduce(
    (silence, [atMs, held]) => guarding.listen(silence, held === undefined ? [] : [held], atMs),
    guarding.unheard
  )

const lostOf = (looks: Parameters<typeof heard>[0], afterMs = 3_000) =>
  guarding.lost(heard(looks), afterMs).map(([account]) => account)

describe("a daemon that is silent", () => {
  it("is lost once its lease was silent at every look for so long", () => {
    const looks = [0, 1_000, 2_000, 3_000].map((atMs) => [atMs, lease(false)] as const)
    expect(lostOf(looks.slice(0, 3))).toEqual([])
    expect(lostOf(looks)).toEqual([main])
  })

  it.each([
    ["released", undefined],
    ["renewed", lease(true)],
    ["taken by another process and lost again", lease(false, 2)]
  ] as const)("is not lost where its lease was %s in between", (_, between) => {
    const looks = [
      [0, lease(false)],
      [1_000, lease(false)],
      [2_000, between],
      [3_000, between?.isLive === false ? between : lease(false)]
    ] as const
    expect(lostOf(looks)).toEqual([])
  })

  it("begins again where leases could not be looked at for a while: it may have renewed its lease meanwhile", () => {
    expect(
      lostOf([
        [0, lease(false)],
        [60_000, lease(false)]
      ])
    ).toEqual([])
  })

  it("is never lost while any look of the last so many milliseconds found its lease alive", () => {
    const look = fc.tuple(fc.integer({ min: 1, max: 4_000 }), fc.constantFrom("live", "silent", "released", "other"))
    fc.assert(
      fc.property(fc.array(look, { minLength: 1, maxLength: 40 }), (steps) => {
        let atMs = 0
        const looks = steps.map(([pause, state]) => {
          atMs += pause
          const held = state === "released" ? undefined : lease(state === "live", state === "other" ? 2 : 1)
          return [atMs, held] as const
        })
        const recent = looks.filter(([at]) => at > atMs - 3_000)
        const isSilent = recent.every(([, held]) => held !== undefined && !held.isLive)
        expect(isSilent || lostOf(looks).length === 0).toBe(true)
      })
    )
  })
})
