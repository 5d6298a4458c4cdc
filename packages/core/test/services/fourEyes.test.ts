import { Effect, TestClock } from "effect"
import { describe, expect, it } from "vitest"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as MemoryStore from "../../src/memory/MemoryStore.ts"
import type { TradeRepositoryService } from "../../src/ports/TradeRepository.ts"
import { settingsOf, defaultSettings, type AccountSettings } from "../../src/records/Account.ts"
import { ApprovalTable } from "../../src/records/Approval.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as OpenCases from "../../src/services/OpenCases.ts"
import * as Reads from "../../src/services/Reads.ts"
import { submitPending } from "../../src/services/Submission.ts"
import * as Tokens from "../../src/services/Tokens.ts"
import { ApprovalId } from "../../src/values/Id.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import { decodeContents } from "../../src/rules/operator/Command.ts"
import * as Stage from "./Stage.ts"

const own = Effect.map(Reads.account(Stage.account), (account) => account ?? { ...defaultSettings, version: 0 })

const requests = Reads.all(ApprovalTable)

/** Asks for settings beside those that the account has. */
const set = (
  settings: Partial<AccountSettings>,
  reason: string | undefined = "as agreed",
  madeOf?: { readonly version: number }
) =>
  Effect.gen(function* () {
    const commands = yield* Commands
    const asked = { ...settingsOf(yield* own), ...settings }
    return yield* commands.setAccount(Stage.account, asked, "ann", reason, madeOf)
  })

const approve = (id: number) =>
  Effect.flatMap(Commands, (commands) =>
    commands.perform({
      id: `approve ${id}`,
      account: Stage.account,
      actor: "bob",
      approver: "bob",
      reason: "checked",
      command: { _tag: "GrantApproval", approvalId: ApprovalId.make(id) }
    })
  )

const opened = (settings: Partial<AccountSettings>) =>
  Effect.gen(function* () {
    yield* Stage.opened(settings)
    yield* Stage.driving
    yield* Tokens.create({ name: "bob", role: "operate", actor: "cli" })
  })

const shares = Quantity.unsafe

describe("settings that wait for a second person", () => {
  it("D1, EYES-7: once approved, free what their limit held", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* opened({ fourEyes: ["limits"], maxOrderNotional: shares("100"), liftedLimits: ["dailyNotional"] })
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* Gates.confirmInstruments
        expect(yield* Stage.orders).toEqual([])
        expect(yield* set({ maxOrderNotional: shares("1000") })).toMatchObject({ _tag: "Waiting" })
        expect(yield* Stage.orders).toEqual([])
        expect(yield* approve(1)).toMatchObject({ _tag: "Done" })
        expect(yield* Stage.statuses).toEqual(["pending"])
      })
    ))

  it("EYES-2: are one request while the account has what it had, and another once that has changed", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* opened({ fourEyes: ["limits"], maxOrderQuantity: shares("100") })
        const raised = { ...settingsOf(yield* own), maxOrderQuantity: shares("200"), bandBp: 700 }
        expect(yield* set(raised)).toEqual({ _tag: "Waiting", approvalId: 1 })
        expect(yield* set(raised)).toEqual({ _tag: "Waiting", approvalId: 1 })
        expect(yield* set({ bandBp: 600 })).toMatchObject({ _tag: "Done" })
        expect(yield* set(raised)).toEqual({ _tag: "Waiting", approvalId: 2 })
        expect(yield* approve(1)).toMatchObject({
          code: "BooksMoved",
          why: "the books have changed since R1 was requested: then nothing; now bandBp 600. Request it again"
        })
        expect(yield* approve(2)).toMatchObject({ _tag: "Done" })
      })
    ))

  it("EYES-2: are refused at once where a limit is raised without a reason, or minutes are out of bounds", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* opened({ fourEyes: ["limits"], maxOrderQuantity: shares("100") })
        const commands = yield* Commands
        const asked = { ...settingsOf(yield* own), maxOrderQuantity: shares("200") }
        expect(yield* commands.setAccount(Stage.account, asked, "ann")).toMatchObject({
          _tag: "Refused",
          why: expect.stringContaining("give a reason")
        })
        for (const approvalMinutes of [0, 10_081])
          expect(yield* set({ approvalMinutes })).toMatchObject({
            _tag: "Refused",
            why: expect.stringContaining(`approvalMinutes ${approvalMinutes}`)
          })
        expect(yield* requests).toEqual([])
      })
    ))

  it("EYES-5: are refused where the account changed between the reading and the commit of the request", async () => {
    const kept = MemoryRepository.make(MemoryStore.make())
    let meanwhile: Effect.Effect<unknown, unknown> = Effect.void
    const repository: TradeRepositoryService = {
      ...kept,
      // What reads the requests comes between the first commit and that of the request.
      page: (query) =>
        query.table === "approvals"
          ? Effect.zipRight(
              Effect.suspend(() => {
                const now = meanwhile
                meanwhile = Effect.void
                return Effect.ignore(now)
              }),
              kept.page(query)
            )
          : kept.page(query)
    }
    await Stage.play(
      Effect.gen(function* () {
        yield* opened({ fourEyes: ["limits"], maxOrderQuantity: shares("100") })
        const context = yield* Effect.context<Stage.Provided>()
        meanwhile = Effect.provide(set({ bandBp: 600 }), context)
        expect(yield* set({ maxOrderQuantity: shares("200") }, "as agreed", yield* own)).toMatchObject({
          _tag: "Refused",
          why: expect.stringContaining("changed since they were read")
        })
        expect(yield* requests).toEqual([])
      }),
      Stage.layer({}, { repository })
    )
  })

  it("EYES-5: do not take an account to another broker where an order has left between the reading and the commit", async () => {
    const repository = Stage.readBeforeSending()
    await Stage.play(
      Effect.gen(function* () {
        yield* opened({ fourEyes: ["adjust"] })
        expect(yield* set({ fourEyes: undefined, broker: "alpaca" })).toMatchObject({ _tag: "Waiting" })
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* Gates.confirmInstruments
        yield* submitPending(() => Effect.succeed(true))
        expect(yield* Stage.statuses).toEqual(["submitted"])
        expect(yield* approve(1)).toMatchObject({
          _tag: "Refused",
          why: expect.stringContaining("pinned to paper")
        })
      }),
      Stage.layer({}, { repository })
    )
  })
})

it("EYES-6: a request that has expired is not read with those that wait", async () => {
  const kept = MemoryRepository.make(MemoryStore.make())
  const read: Array<number> = []
  const repository: TradeRepositoryService = {
    ...kept,
    page: (query) =>
      Effect.tap(kept.page(query), ({ length }) => void (query.table === "approvals" ? read.push(length) : 0))
  }
  await Stage.play(
    Effect.gen(function* () {
      yield* opened({ fourEyes: ["limits"], maxOrderQuantity: shares("100") })
      yield* set({ maxOrderQuantity: shares("200") })
      yield* TestClock.adjust("59 minutes")
      expect(yield* OpenCases.waitingRequests).toHaveLength(1)
      yield* TestClock.adjust("1 minute")
      read.length = 0
      expect(yield* OpenCases.waitingRequests).toEqual([])
      expect(read).toEqual([0])
    }),
    Stage.layer({}, { repository })
  )
})

it("EYES-2: a change of symbol without a moment has that of its request, not of its approval", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* opened({ fourEyes: ["split"] })
      yield* Stage.submit(Stage.trade("t1", "0.5"))
      const commands = yield* Commands
      const [symbol, to] = [Ticker.make("AAPL"), Ticker.make("AAPX")]
      const command = { _tag: "RenameSymbol", symbol, to, since: undefined } as const
      const asked = { id: "r", account: Stage.account, actor: "ann", reason: "renamed" }
      expect(yield* commands.perform({ ...asked, command })).toMatchObject({ _tag: "Waiting" })
      const [request] = yield* requests
      expect(request && decodeContents(request.contents)).toMatchObject({ since: request?.requestedAt })
      expect(yield* approve(1)).toMatchObject({ _tag: "Done" })
    })
  ))
