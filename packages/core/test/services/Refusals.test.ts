import { Effect, TestClock, type Duration } from "effect"
import { describe, expect, it } from "vitest"
import { Ticker } from "../../src/records/Ticker.ts"
import type { OrderTerms } from "../../src/records/OrderTerms.ts"
import { BrokerReadFailed, type BrokerService } from "../../src/ports/Broker.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import { PositionTable } from "../../src/records/Position.ts"
import { BreakTable, evidenceOf } from "../../src/records/Break.ts"
import { Answer, type RefusalClass } from "../../src/records/Report.ts"
import { Commands, type CommandRequest } from "../../src/services/Commands.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import * as Decisions from "../../src/services/Decisions.ts"
import { type EachAccount, inTurn } from "../../src/services/accountwise.ts"
import { confirmRefusals, makeAskedRefusals } from "../../src/services/Refusals.ts"
import { makeAskedAccounts, readRefused, watchAccounts } from "../../src/services/RefusedAccounts.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Stage from "./Stage.ts"
import { answered } from "../answered.ts"

const { account } = Stage

const AAPL = Ticker.make("AAPL")

/** A broker that refuses the first orders, one a class, and takes and shows what comes then; `sent` are their sides and symbols. */
const refusing = (...classes: ReadonlyArray<RefusalClass>) => refusingAt({}, ...classes)

const refusingAt = (parts: Partial<BrokerService>, ...classes: ReadonlyArray<RefusalClass>) => {
  const sent: Array<string> = []
  const layer = Stage.layer({
    ...parts,
    prepare: ({ side, symbol }) =>
      Stage.prepared((id) =>
        Effect.sync(() => {
          const refusalClass = classes[sent.push(`${side} ${symbol}`) - 1]
          const words = `refused as ${refusalClass}`
          return Stage.answered(
            id,
            refusalClass === undefined ? Stage.taken(id) : Answer.Refused({ code: "E7", words, class: refusalClass })
          )
        })
      )
  })
  return { layer, sent }
}

const openBreaks = Effect.map(Reads.all(BreakTable), (all) =>
  all.flatMap(({ closedAt, holds, kind, subject }) => (closedAt === undefined ? [`${kind} ${subject} ${holds}`] : []))
)

const answers = Effect.map(Reads.all(PositionTable), (all) => all.map(answered))

const perform = (command: CommandRequest["command"], id = "resolve") =>
  Effect.flatMap(Commands, (commands) => commands.perform({ id, account, actor: "test", reason: "looked at", command }))

/** A position of one share whose first order is refused, and is over. */
const refused = Effect.gen(function* () {
  yield* Stage.opened()
  yield* Effect.forkScoped(Daemon.run())
  yield* Stage.submit(Stage.trade("t1", "1"))
  yield* Stage.until(Stage.statuses, ([status]) => status === "rejected")
})

/** A refused order that its broker cannot be asked for, and how often it was. */
const unread = () => {
  let asked = 0
  const away = new BrokerReadFailed({ operation: "lookup", kind: "unreadable", detail: "away" })
  const { layer } = refusingAt({ lookup: () => Effect.suspend(() => (asked++, Effect.fail(away))) }, "later")
  return { layer, times: () => asked }
}

/** The order was refused, and its daemon has ended. */
const refusedUnread = (times: () => number) =>
  Effect.gen(function* () {
    yield* Stage.opened()
    yield* Effect.scoped(
      Effect.gen(function* () {
        yield* Effect.forkScoped(Daemon.run())
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* Stage.until(Effect.sync(times), (asked) => asked > 0)
      })
    )
    yield* Stage.driving
  })

/** A minute of passes, a second apart. */
const aMinuteOf = <E, R>(pass: Effect.Effect<unknown, E, R>) =>
  Effect.repeatN(Effect.zipRight(pass, TestClock.adjust("1 second")), 59)

/** A refused order that no pass has asked for. */
const notAskedYet = (times: () => number) =>
  Effect.gen(function* () {
    yield* refusedUnread(times)
    return { asked: yield* makeAskedRefusals, before: times() }
  })

const nobody: EachAccount = () => Effect.void

describe("Refusals: the reading that confirms one", () => {
  it.each([
    ["its account was left out, since its broker was still silent", () => Effect.succeed(true), nobody],
    ["its account was not proven", () => Effect.succeed(false), inTurn]
  ] as const)("W11: comes at once after a minute in which %s", async (_, mayDrive, each) => {
    const { layer, times } = unread()
    await Stage.play(
      Effect.gen(function* () {
        const { asked, before } = yield* notAskedYet(times)
        yield* aMinuteOf(confirmRefusals(asked, mayDrive, each))
        expect(times()).toBe(before)
        yield* confirmRefusals(asked)
        expect(times()).toBe(before + 1)
      }),
      layer
    )
  })

  it("W11: comes ever less often while it fails, up to every half minute", async () => {
    const { layer, times } = unread()
    await Stage.play(
      Effect.gen(function* () {
        const { asked, before } = yield* notAskedYet(times)
        yield* aMinuteOf(confirmRefusals(asked))
        expect(times() - before).toBe(4)
      }),
      layer
    )
  })
})

describe("Refusals: a code in no table", () => {
  it("Refusals: its position waits for a person, others go on, and a person lets it go", () => {
    const { layer, sent } = refusing("unknown")
    return Stage.play(
      Effect.gen(function* () {
        yield* refused
        expect(yield* openBreaks).toEqual(["OrderRefused O1 symbol"])
        expect((yield* Reads.all(BreakTable)).map(evidenceOf).join()).toContain(
          "E7, an unknown code: refused as unknown"
        )
        yield* Stage.submit(Stage.trade("t2", "1", "KO"))
        yield* TestClock.adjust("3 minutes")
        expect(sent).toEqual(["buy AAPL", "buy KO"])
        const [found] = yield* Reads.all(BreakTable)
        if (found === undefined) return yield* Effect.dieMessage("no break")
        expect((yield* perform({ _tag: "DismissBreak", breakId: found.id }))._tag).toBe("Done")
        yield* Stage.until(Stage.orders, (orders) => orders.length === 3)
        expect(yield* openBreaks).not.toContain("OrderRefused O1 symbol")
      }),
      layer
    )
  })

  it.each(["final", "later"] as const)(
    "D8: after a refusal as %s the position orders again after its cool-down",
    (each) => {
      const { layer, sent } = refusing(each)
      return Stage.play(
        Effect.gen(function* () {
          yield* refused
          yield* Stage.until(Stage.orders, (orders) => orders.length === 2)
          expect(sent[0]).toBe("buy AAPL")
          expect(yield* Reads.all(BreakTable)).toEqual([])
        }),
        layer
      )
    }
  )

  it("W11: an order that a reading finds all the same holds nothing", async () => {
    const asked: Array<OrderTerms> = []
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Effect.forkScoped(Daemon.run())
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* Stage.until(Stage.statuses, ([status]) => status === "submitted")
        expect(yield* Reads.all(BreakTable)).toEqual([])
      }),
      Stage.layer({
        prepare: (terms) => {
          asked.push(terms)
          const answer = Answer.Refused({ code: "E7", words: "no", class: "unknown" })
          return Stage.prepared((id) => Effect.succeed(Stage.answered(id, answer)))
        },
        lookup: () => {
          const [order] = asked
          return order === undefined
            ? Stage.notFound()
            : Effect.succeed({ report: Stage.seen(order), payload: undefined })
        }
      })
    )
  })
})

describe("Refusals: for a session", () => {
  it("Refusals: symbol and side wait for the next session, an hour where none closes; other symbols do not", () => {
    const { layer, sent } = refusing("session")
    return Stage.play(
      Effect.gen(function* () {
        yield* Effect.scoped(refused)
        yield* Stage.submit(Stage.trade("t2", "1", "KO"))
        yield* TestClock.adjust("57 minutes")
        yield* Effect.forkScoped(Daemon.run())
        yield* TestClock.adjust("1 minute")
        expect(sent).toEqual(["buy AAPL", "buy KO"])
        expect(yield* answers).toContain("Held(refused)")
        yield* TestClock.adjust("3 minutes")
        expect(sent).toEqual(["buy AAPL", "buy KO", "buy AAPL"])
      }),
      layer
    )
  })

  it("Refusals: the other side goes, and a refusal of it holds both", () => {
    const { layer, sent } = refusing("session", "session")
    return Stage.play(
      Effect.gen(function* () {
        yield* refused
        yield* Stage.submit({ ...Stage.trade("t2", "3"), side: "sell" })
        yield* TestClock.adjust("2 minutes")
        expect(sent).toEqual(["buy AAPL", "sell AAPL"])
        const [position] = yield* Reads.all(PositionTable)
        expect(position?.refusedSide).toBe("both")
        expect(yield* answers).toEqual(["Held(refused)"])
      }),
      layer
    )
  })

  it("Refusals: a person lets it go before", () => {
    const { layer, sent } = refusing("session")
    return Stage.play(
      Effect.gen(function* () {
        yield* refused
        yield* TestClock.adjust("2 minutes")
        expect(sent).toHaveLength(1)
        yield* perform({ _tag: "Resume", scope: { _tag: "OneSymbol", symbol: AAPL } })
        yield* Stage.until(Stage.orders, (orders) => orders.length === 2)
        const [position] = yield* Reads.all(PositionTable)
        expect(position?.refusedUntil).toBeUndefined()
      }),
      layer
    )
  })

  it("Refusals: a decision of that side is refused meanwhile, one of the other goes", () => {
    const { layer, sent } = refusing("session")
    return Stage.play(
      Effect.gen(function* () {
        yield* refused
        yield* TestClock.adjust("2 minutes")
        const same = yield* Stage.executed({ strategy: "a" })
        expect(same.reason).toContain("side refused")
        yield* Stage.executed({ strategy: "b", side: "sell" })
        expect(sent).toEqual(["buy AAPL", "sell AAPL"])
      }).pipe(Effect.provide(Decisions.layer)),
      layer
    )
  })
})

/** What a broker says of its account, one reading after the other; the last stands. */
const saying = (...readings: ReadonlyArray<boolean | undefined>): Pick<BrokerService, "account"> => {
  let asked = 0
  return {
    account: Effect.sync(() => ({
      brokerAccountId: undefined,
      currency: "USD",
      buyingPower: Decimal.unsafe("1000"),
      mayTrade: readings[Math.min(asked++, readings.length - 1)]
    }))
  }
}

/** The breaks of an account that was refused, and read so often, so far apart. */
const heldFor = (times: number, apart: Duration.DurationInput = "1 second") =>
  Effect.gen(function* () {
    yield* Stage.opened()
    const asked = yield* makeAskedAccounts
    yield* Effect.scoped(
      Effect.gen(function* () {
        yield* Effect.forkScoped(Daemon.run())
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* Stage.until(Stage.statuses, ([status]) => status === "rejected")
      })
    )
    yield* Stage.driving
    yield* TestClock.adjust("2 seconds")
    for (let i = 0; i < times; i++) {
      yield* TestClock.adjust(apart)
      yield* readRefused(asked)
    }
    return yield* openBreaks
  })

const ACCOUNT = "AccountRefused refused account account"
const POSITION = "OrderRefused O1 symbol"

describe("Refusals: of the account", () => {
  it.each([
    ["tells no state", [undefined], [ACCOUNT, POSITION]],
    ["says that it may not trade", [undefined, false], [ACCOUNT, POSITION]],
    ["says once that it may, and not again", [undefined, true, false, true, false, false], [ACCOUNT, POSITION]],
    ["says twice that it may", [undefined, true], [POSITION]]
  ] as const)("Refusals: where the broker %s", (_, readings, open) => {
    const { layer, sent } = refusingAt(saying(...readings), "account")
    return Stage.play(
      Effect.gen(function* () {
        expect(yield* heldFor(6)).toEqual(open)
        expect(sent).toEqual(["buy AAPL"])
        expect((yield* Reads.all(BreakTable)).map(evidenceOf)).toContain(
          "O1 was rejected with code E7: refused as account"
        )
      }),
      layer
    )
  })

  it("W11: two readings within a second of each other are one", () =>
    Stage.play(
      Effect.gen(function* () {
        expect(yield* heldFor(2, "500 millis")).toEqual([ACCOUNT, POSITION])
      }),
      refusingAt(saying(true), "account").layer
    ))

  it("Refusals: while it is held one pass alone reads it, so that no reading between two is passed over", () =>
    Stage.play(
      Effect.gen(function* () {
        expect(yield* heldFor(0)).toEqual([ACCOUNT, POSITION])
        const asked = yield* makeAskedAccounts
        for (const pass of [readRefused(asked), watchAccounts(), readRefused(asked)]) {
          yield* TestClock.adjust("2 seconds")
          yield* pass
        }
        expect(yield* openBreaks).toEqual([ACCOUNT, POSITION])
      }),
      refusingAt(saying(undefined, true, false, true), "account").layer
    ))

  it("Refusals: nothing of the account leaves, and a person lets all of it go", () => {
    const { layer, sent } = refusing("account")
    return Stage.play(
      Effect.gen(function* () {
        yield* refused
        yield* Stage.submit(Stage.trade("t2", "1", "KO"))
        yield* TestClock.adjust("2 minutes")
        expect(sent).toEqual(["buy AAPL"])
        expect(yield* answers).toEqual(["BreakOpen", "BreakOpen"])
        const found = yield* Reads.all(BreakTable)
        for (const kind of ["AccountRefused", "OrderRefused"]) {
          const breakId = found.find((each) => each.kind === kind)?.id
          if (breakId === undefined) return yield* Effect.dieMessage(`no ${kind}`)
          expect((yield* perform({ _tag: "DismissBreak", breakId }, kind))._tag).toBe("Done")
          yield* Stage.until(
            Effect.sync(() => sent.length),
            (count) => count === (kind === "AccountRefused" ? 2 : 3)
          )
        }
        expect(sent.slice(1)).toEqual(["buy KO", "buy AAPL"])
      }),
      layer
    )
  })
})

/** An account that may trade or not, as its broker says at each moment; it cannot be read where nothing is said. */
const changing = (first: boolean) => {
  const said: { mayTrade: boolean | undefined } = { mayTrade: first }
  const away = new BrokerReadFailed({ operation: "account", kind: "unreadable", detail: "away" })
  const { layer, sent } = refusingAt({
    cancel: () => Effect.sync(() => (sent.push("cancel"), Stage.hasEnded)),
    account: Effect.suspend(() =>
      said.mayTrade === undefined
        ? Effect.fail(away)
        : Effect.succeed({
            brokerAccountId: undefined,
            currency: "USD",
            buyingPower: Decimal.unsafe("1000"),
            mayTrade: said.mayTrade,
            words: said.mayTrade ? undefined : `trading_blocked\0${"x".repeat(10_000)}`
          })
    )
  })
  return { layer, said, sent }
}

/** A daemon on that account with one trade, and then what is to be seen. */
const driven = (first: boolean, look: (seen: ReturnType<typeof changing>) => Parameters<typeof Stage.play>[0]) => {
  const seen = changing(first)
  return Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      yield* Effect.forkScoped(Daemon.run())
      yield* Stage.submit(Stage.trade("t1", "1"))
      if (first) yield* Stage.until(Stage.statuses, ([status]) => status === "submitted")
      yield* look(seen)
    }),
    seen.layer
  )
}

describe("Refusals: an account of which its broker says that it may not trade", () => {
  it("Refusals: is held before its first order, with the broker's words, and goes on once two readings say that it may", () =>
    driven(false, ({ said, sent }) =>
      Effect.gen(function* () {
        yield* TestClock.adjust("11 minutes")
        expect(sent).toEqual([])
        expect(yield* openBreaks).toContain(ACCOUNT)
        const evidence = (yield* Reads.all(BreakTable)).map(evidenceOf).find((text) => text.includes("trading_blocked"))
        expect(evidence).toMatch(/^the broker reports that the account may not trade: trading_blocked\uFFFDx{984}$/)
        said.mayTrade = true
        yield* Stage.until(
          Effect.sync(() => sent),
          (all) => all.length === 1
        )
        expect(yield* openBreaks).not.toContain(ACCOUNT)
      })
    ))

  it("Refusals: is held when a later reading says so, and what works at the broker is left as it is", () =>
    driven(true, ({ said, sent }) =>
      Effect.gen(function* () {
        said.mayTrade = false
        yield* TestClock.adjust("5 minutes")
        yield* Stage.until(openBreaks, (open) => open.includes(ACCOUNT))
        yield* Stage.submit(Stage.trade("t2", "1", "KO"))
        yield* TestClock.adjust("11 minutes")
        expect(sent).toEqual(["buy AAPL"])
      })
    ))

  it("Refusals: a reading that fails holds nothing, and lets nothing go", () =>
    driven(true, ({ said, sent }) =>
      Effect.gen(function* () {
        said.mayTrade = undefined
        yield* TestClock.adjust("11 minutes")
        expect(yield* openBreaks).not.toContain(ACCOUNT)
        yield* Stage.submit(Stage.trade("t2", "1", "KO"))
        yield* Stage.until(
          Effect.sync(() => sent),
          (all) => all.length === 2
        )
        said.mayTrade = false
        yield* TestClock.adjust("5 minutes")
        yield* Stage.until(openBreaks, (open) => open.includes(ACCOUNT))
        said.mayTrade = undefined
        yield* TestClock.adjust("11 minutes")
        expect(yield* openBreaks).toContain(ACCOUNT)
      })
    ))
})
