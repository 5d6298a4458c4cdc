import { Effect, TestClock } from "effect"
import { describe, expect, test } from "vitest"
import * as Quantity from "../../src/values/Quantity.ts"
import { BrokerReadFailed, type BrokerService } from "../../src/ports/Broker.ts"
import { Clock } from "../../src/ports/Clock.ts"
import { inTurn, makeBeside } from "../../src/services/accountwise.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Account from "../../src/records/Account.ts"
import { AccountName } from "../../src/records/AccountName.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import { Health } from "../../src/services/Health.ts"
import * as StartGate from "../../src/services/StartGate.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Stage from "./Stage.ts"

const thousand = Quantity.unsafe("1000")
const limits = {
  maxOrderQuantity: thousand,
  maxOrderNotional: thousand,
  maxDailyNotional: thousand,
  maxOpenResidual: thousand
}
const live = { environment: "live", ...limits } as const

/** A broker that says a time so far from ours, of the given environment. */
const aheadBy = (ms: { is: number }, environment: "paper" | "live" = "live"): Partial<BrokerService> => ({
  environment,
  clock: Effect.sync(() => ({ at: Instant.addMillis(Instant.fromMillis(0), ms.is), cutToMs: 1 }))
})

const started = Effect.gen(function* () {
  yield* Stage.driving
  const gate = yield* StartGate.make
  const isOpen = yield* gate.isOpen(Stage.account)
  return { gate, isOpen, refusal: (yield* gate.refusal(Stage.account))?._tag }
})

const details = Effect.map(
  Effect.flatMap(Health, (health) => health.all),
  (parts) => parts.filter(({ isWell }) => !isWell).map(({ detail, part }) => `${part}: ${detail}`)
)

/** The gate of an account with these settings at this broker. */
const gateOf = async (settings: Partial<Account.AccountSettings>, parts: Partial<BrokerService>) => {
  let found: { readonly isOpen: boolean; readonly refusal: string | undefined } | undefined
  await Stage.playLive(
    Effect.gen(function* () {
      yield* Stage.opened(settings)
      const { isOpen, refusal } = yield* started
      found = { isOpen, refusal }
    }),
    Stage.layer(parts)
  )
  return found
}

/** Another attempt is made 5 s later: the monotonic clock of these tests stands, so it is moved on. */
const hurriedly = <A, E, R>(acts: Effect.Effect<A, E, R>) => {
  let monotonicMs = 0
  return Effect.flatMap(Clock, (clock) =>
    Effect.provideService(acts, Clock, { ...clock, monotonicMs: Effect.sync(() => (monotonicMs += 5_000)) })
  )
}

const away = new BrokerReadFailed({ operation: "orders", kind: "unreadable", detail: "it is away" })

describe("the start-up gate", () => {
  test("a live account is driven where its broker proves to be live and the clocks agree", async () => {
    expect(await gateOf(live, aheadBy({ is: 0 }))).toEqual({ isOpen: true, refusal: undefined })
  })

  test.each([
    ["live", "paper", { environment: "paper" }],
    ["paper", "live", { environment: "live" }]
  ] as const)("an account declared %s at a broker that is %s is refused", async (environment, _, parts) => {
    expect(await gateOf({ ...limits, environment }, { ...aheadBy({ is: 0 }), ...parts })).toEqual({
      isOpen: false,
      refusal: "EnvironmentMismatch"
    })
  })

  test.each([
    [2_000, true],
    [-2_000, true],
    [2_001, false],
    [-2_002, false]
  ])("a clock that is %i ms from ours: is the gate of a live account open? %s", async (ms, isOpen) => {
    const refusal = isOpen ? undefined : "ClockSkewed"
    expect(await gateOf(live, aheadBy({ is: ms }))).toEqual({ isOpen, refusal })
  })

  test("a live broker that tells no time is refused, a paper one is not asked", async () => {
    expect(await gateOf(live, { environment: "live" })).toEqual({ isOpen: false, refusal: "ClockSkewed" })
    expect(await gateOf({}, {})).toEqual({ isOpen: true, refusal: undefined })
  })

  test("a paper account goes on by a clock that is off, and health says so", () =>
    Stage.playLive(
      Effect.gen(function* () {
        yield* Stage.opened()
        expect((yield* started).isOpen).toBe(true)
        expect(yield* details).toEqual([expect.stringContaining("our clock is 9 s from that of stage")])
      }),
      Stage.layer(aheadBy({ is: 9_000 }, "paper"))
    ))

  test("a clock that goes off later closes the gate of a live account, and one that is right again opens it", () => {
    const ms = { is: 0 }
    const changing = Effect.gen(function* () {
      yield* Stage.opened(live)
      const { gate } = yield* started
      ms.is = 9_000
      yield* gate.watchClocks(inTurn)
      expect(yield* gate.isOpen(Stage.account)).toBe(false)
      expect(yield* details).toEqual([expect.stringContaining("nothing is sent for the live account paper")])
      ms.is = 0
      expect(yield* gate.isOpen(Stage.account)).toBe(true)
    })
    return Stage.playLive(hurriedly(changing), Stage.layer(aheadBy(ms)))
  })

  test("a refusal is not the reason any more where the broker could be asked and then could not", () => {
    const ms = { is: 9_000 }
    let isAway = false
    const orders = Effect.suspend(() =>
      isAway ? Effect.fail(away) : Effect.succeed({ complete: true, received: [] as const })
    )
    const told = Effect.gen(function* () {
      yield* Stage.opened(live)
      const { gate, refusal } = yield* started
      expect(refusal).toBe("ClockSkewed")
      ms.is = 0
      isAway = true
      expect(yield* gate.isOpen(Stage.account)).toBe(false)
      expect((yield* gate.refusal(Stage.account))?._tag).toBeUndefined()
    })
    return Stage.playLive(hurriedly(told), Stage.layer({ ...aheadBy(ms), orders: () => orders }))
  })

  test("clocks are compared account by account: one broker that gives no answer keeps no other's gate open", () => {
    const silent = AccountName.make("a")
    const ms = { is: 0 }
    let isSilent = false
    const silenced = Effect.suspend(() =>
      isSilent ? Effect.never : Effect.succeed({ at: Instant.fromMillis(0), cutToMs: 1 })
    )
    return Stage.playLive(
      Effect.gen(function* () {
        const commands = yield* Commands
        yield* commands.setAccount(silent, { ...Account.defaultSettings, ...live }, "test")
        yield* Stage.opened(live)
        yield* Effect.zipRight(Stage.drivingOf(silent), Stage.driving)
        const gate = yield* StartGate.make
        expect([yield* gate.isOpen(silent), yield* gate.isOpen(Stage.account)]).toEqual([true, true])
        isSilent = true
        ms.is = 9_000
        const each = yield* makeBeside
        yield* Effect.forkScoped(gate.watchClocks(each))
        yield* TestClock.adjust("2 seconds")
        expect([yield* gate.isRead(silent), yield* gate.isRead(Stage.account)]).toEqual([true, false])
      }),
      Stage.layer(aheadBy(ms), { partsOf: (name) => (name === silent ? { clock: silenced } : {}) })
    )
  })

  test("P8: holdings that could not be compared keep it closed", async () => {
    const positions = Effect.succeed({ complete: false, holdings: [] })
    expect(await gateOf({}, { positions })).toEqual({ isOpen: false, refusal: undefined })
  })

  test("a daemon whose broker proves to be of the other environment ends with that, and sends nothing", () =>
    Stage.playLive(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.submit(Stage.trade("t1", "1"))
        const ended = yield* Effect.flip(Effect.scoped(Daemon.run()))
        expect(ended._tag).toBe("EnvironmentMismatch")
        expect(yield* Stage.statuses).not.toContain("submitted")
      }),
      Stage.layer({ environment: "live" })
    ))

  test("a live account is made only with every limit that it needs, and keeps them", () =>
    Stage.playLive(
      Effect.gen(function* () {
        const commands = yield* Commands
        const settings = { ...Account.defaultSettings, ...live }
        const said = (differs: Partial<Account.AccountSettings>) =>
          commands.setAccount(Stage.account, { ...settings, ...differs }, "test", "because it must be")
        for (const [limit, name] of [
          ["maxOrderQuantity", "limits.orderQuantity"],
          ["maxOrderNotional", "limits.orderNotional"],
          ["maxDailyNotional", "limits.dailyNotional"],
          ["maxOpenResidual", "limits.openResidual"]
        ] as const) {
          expect(yield* said({ [limit]: undefined })).toMatchObject({
            _tag: "Refused",
            why: expect.stringContaining(name)
          })
        }
        expect(yield* said({})).toMatchObject({ _tag: "Done" })
        expect(yield* said({ maxOpenResidual: undefined })).toMatchObject({ _tag: "Refused" })
      })
    ))
})
