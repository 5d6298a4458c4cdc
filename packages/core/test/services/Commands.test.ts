import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import * as Account from "../../src/records/Account.ts"
import { AccountName } from "../../src/records/AccountName.ts"
import { InstrumentTable } from "../../src/records/Instrument.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import { TradeId } from "../../src/values/Id.ts"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as MemoryStore from "../../src/memory/MemoryStore.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import { StoreUnavailable, type TradeRepositoryService } from "../../src/ports/TradeRepository.ts"
import { PositionTable } from "../../src/records/Position.ts"
import { Accumulator } from "../../src/services/Accumulator.ts"
import * as Audit from "../../src/services/Audit.ts"
import { Commands, type CommandRequest } from "../../src/services/Commands.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as Reads from "../../src/services/Reads.ts"
import { submitPending } from "../../src/services/Submission.ts"
import * as Stage from "./Stage.ts"
import { answered } from "../answered.ts"

const other = AccountName.make("other")
const gone = new StoreUnavailable({ place: "test", problem: "missing", detail: "it is gone", remedy: "bring it back" })

const ask = (request: Pick<CommandRequest, "id" | "account" | "command">) =>
  Effect.flatMap(Commands, (commands) => commands.perform({ ...request, actor: "test", reason: "test" }))

/** In two accounts, an order of one share that an operator has cancelled while it was a plan. */
const held = Effect.gen(function* () {
  const commands = yield* Commands
  const accumulator = yield* Accumulator
  for (const account of [Stage.account, other]) {
    yield* commands.setAccount(account, Account.defaultSettings, "test")
    yield* accumulator.submitMany(account, [Stage.trade("t0", "0.5")])
  }
  yield* Effect.scoped(
    Effect.gen(function* () {
      yield* Effect.forkScoped(Daemon.run())
      yield* Stage.until(Reads.all(InstrumentTable), (all) => all.every(({ status }) => status === "verified"))
    })
  )
  for (const account of [Stage.account, other]) yield* accumulator.submitMany(account, [Stage.trade("t1", "0.5")])
  for (const { account, id } of yield* Stage.orders) {
    yield* ask({ id: `cancel ${id}`, account, command: { _tag: "Cancel", orderId: id } })
  }
})

const holds = Effect.map(Reads.all(PositionTable), (all) => all.map((position) => position.heldBy))

describe("an account's broker", () => {
  it("is not changed where an order has left between the reading and the commit", async () => {
    const repository = Stage.readBeforeSending()
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.driving
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* Gates.confirmInstruments
        yield* submitPending(() => Effect.succeed(true))
        expect(yield* Stage.statuses).toEqual(["submitted"])
        const commands = yield* Commands
        const set = (settings: Partial<Account.AccountSettings>) =>
          commands.setAccount(Stage.account, { ...Account.defaultSettings, ...settings }, "test")
        expect(yield* set({ broker: "alpaca" })).toMatchObject({
          _tag: "Refused",
          why: expect.stringContaining("pinned to paper")
        })
        expect(yield* set({ cancelOnFlip: true })).toMatchObject({ _tag: "Done" })
      }),
      Stage.layer({}, { repository })
    )
  })
})

describe("a resume", () => {
  it("D1: whose answer was lost lets its positions go on when it is asked for again", async () => {
    const kept = MemoryRepository.make(MemoryStore.make())
    let losesAnswers = false
    const repository: TradeRepositoryService = {
      ...kept,
      write: (scope, plan) =>
        Effect.filterOrFail(
          kept.write(scope, plan),
          () => !losesAnswers,
          () => gone
        )
    }
    await Stage.play(
      Effect.gen(function* () {
        const answers = Effect.map(Reads.all(PositionTable), (all) => all.map(answered))
        const everything = { scope: { _tag: "Everything" } } as const
        yield* Stage.opened()
        yield* ask({ id: "h", account: Stage.account, command: { _tag: "Halt", ...everything } })
        yield* Stage.submit(Stage.trade("t1", "1.5"))
        expect(yield* answers).toEqual(["Halted"])
        const resume = ask({ id: "r", account: Stage.account, command: { _tag: "Resume", ...everything } })
        losesAnswers = true
        expect((yield* Effect.either(resume))._tag).toBe("Left")
        losesAnswers = false
        expect(yield* resume).toMatchObject({ _tag: "Done" })
        expect(yield* answers).not.toEqual(["Halted"])
      }),
      Stage.layer({}, { repository })
    )
  })

  it("D8: lifts what holds the positions of all its accounts in the commit of the trading state", async () => {
    const kept = MemoryRepository.make(MemoryStore.make())
    let left = Infinity
    const repository: TradeRepositoryService = {
      ...kept,
      write: (scope, plan) => Effect.suspend(() => (left-- > 0 ? kept.write(scope, plan) : Effect.fail(gone)))
    }
    await Stage.play(
      Effect.gen(function* () {
        yield* held
        expect(yield* holds).toEqual([2, 1])
        left = 1
        yield* Effect.either(
          ask({ id: "r", account: Stage.account, command: { _tag: "Resume", scope: { _tag: "Everything" } } })
        )
        expect(left).toBeLessThan(1)
        expect(yield* holds).toEqual([undefined, undefined])
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      Stage.layer({}, { repository })
    )
  })

  it("says what it lifted, also where the trading state was normal already, and does it once", async () => {
    await Stage.play(
      Effect.gen(function* () {
        yield* held
        const scope = { _tag: "OneSymbol", symbol: Ticker.make("AAPL") } as const
        const request = { id: "r", account: Stage.account, command: { _tag: "Resume", scope } } as const
        const what = "No control on AAPL of paper; holds lifted: AAPL of paper"
        expect(yield* ask(request)).toEqual({ _tag: "Done", what })
        expect(yield* holds).toEqual([2, undefined])
        const [again] = yield* Stage.until(Stage.orders, (all) => all.some(({ status }) => status === "pending"))
        expect(again?.status).toBe("cancelled")
        expect(yield* ask(request)).toEqual({ _tag: "Done", what })
        expect(yield* ask({ ...request, id: "r2" })).toEqual({ _tag: "Done", what: "No control on AAPL of paper" })
      })
    )
  })
})

const everything = { _tag: "Everything" } as const
const operator = { actor: "test", reason: "test", account: Stage.account }

describe("a dry run", () => {
  it("tells the entries and orders that would follow, in every account, and writes nothing", async () => {
    await Stage.play(
      Effect.gen(function* () {
        const commands = yield* Commands
        yield* held
        const before = { positions: yield* Reads.all(PositionTable), orders: yield* Stage.orders }
        const resume = { ...operator, id: "r", command: { _tag: "Resume", scope: everything } } as const
        const { answer, effects } = yield* commands.rehearse(resume)
        const order = { symbol: "AAPL", side: "buy", quantity: Decimal.unsafe("1"), notional: Decimal.unsafe("150") }
        expect(effects.orders).toHaveLength(2)
        for (const account of ["paper", "other"]) expect(effects.orders).toContainEqual({ ...order, account })
        expect(effects.entries).toContainEqual({ tag: "HoldLifted", count: 2 })
        expect({ positions: yield* Reads.all(PositionTable), orders: yield* Stage.orders }).toEqual(before)
        expect(yield* commands.perform(resume)).toEqual(answer)
      })
    )
  })

  it("a refusal is told as it would be, and is not remembered", async () => {
    await Stage.play(
      Effect.gen(function* () {
        const commands = yield* Commands
        yield* Stage.opened()
        const reverse = { ...operator, id: "v", command: { _tag: "Reverse", tradeId: TradeId.make(7) } } as const
        const refused = { _tag: "Refused", why: "trade T7 does not exist" }
        expect(yield* commands.rehearse(reverse)).toEqual({ answer: refused, effects: { entries: [], orders: [] } })
        expect(yield* commands.perform(reverse)).toEqual(refused)
      })
    )
  })
})

describe("a command on a record of a version", () => {
  it("is stale where the record has changed since, which leaves no trace of it", async () => {
    await Stage.play(
      Effect.gen(function* () {
        const commands = yield* Commands
        yield* held
        const [order] = yield* Stage.orders
        if (order === undefined) throw new Error("no order")
        const cancel = {
          ...operator,
          account: order.account,
          id: "c",
          command: { _tag: "Cancel", orderId: order.id }
        } as const
        const stale = { _tag: "Stale", version: order.version }
        expect(yield* commands.perform({ ...cancel, versions: [order.version - 1] })).toEqual(stale)
        expect(yield* commands.perform({ ...cancel, versions: [0, order.version] })).toMatchObject({ _tag: "Refused" })
      })
    )
  })
})

describe("the settings of an account", () => {
  it("do not take back what another has set since they were read", () =>
    Stage.play(
      Effect.gen(function* () {
        const commands = yield* Commands
        yield* Stage.opened()
        const [read] = yield* Reads.all(Account.AccountTable)
        const set = (limits: Partial<Account.AccountSettings>) =>
          commands.setAccount(Stage.account, { ...Account.defaultSettings, ...limits }, "test", "agreed", read)
        expect(yield* set({ maxOrderQuantity: Quantity.unsafe("5") })).toMatchObject({ _tag: "Done" })
        expect(yield* set({ orderLifeSeconds: 60, limitOffsetBp: 10 })).toMatchObject({
          _tag: "Refused",
          why: "the settings of account paper changed since they were read: read them again"
        })
        const [account] = yield* Reads.all(Account.AccountTable)
        expect(account?.maxOrderQuantity).toEqual(Quantity.unsafe("5"))
      })
    ))
})
