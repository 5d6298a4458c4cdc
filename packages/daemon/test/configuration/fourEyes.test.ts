import { Account, AccountName, Decimal, Reads, Roundlot } from "@roundlot/core"
import { Approval } from "@roundlot/core/ledger"
import { Configuration, configuredAccounts } from "@roundlot/daemon/configuration"
import { Effect, Option } from "effect"
import { expect, it } from "vitest"

const main = AccountName.AccountName.make("main")

/** Opens the books as a program does whose configuration says this of its account. */
const opened = (entry: object) =>
  Effect.gen(function* () {
    const configuration = yield* Configuration.parse(JSON.stringify({ accounts: { main: entry } }), "roundlot.json")
    yield* configuredAccounts.opened(
      { configuration, unsupportedOrders: () => Effect.succeed(undefined) },
      Option.none()
    )
    const { approvalMinutes, fourEyes, lot, maxOrderNotional, maxOrderQuantity } =
      (yield* Reads.account(main)) ?? Account.defaultSettings
    const [most, dollars] = [maxOrderQuantity, maxOrderNotional].map((each) => each && Decimal.format(each))
    return { fourEyes, approvalMinutes, lot: Decimal.format(lot), most, dollars }
  })

const requests = Effect.map(Reads.all(Approval.ApprovalTable), ({ length }) => length)

const run = <A, E>(play: Effect.Effect<A, E, Effect.Effect.Context<typeof requests | ReturnType<typeof opened>>>) =>
  Effect.runPromise(Effect.provide(play, Roundlot.layerMemory))

it("EYES-7: a configuration that does not name them keeps fourEyes and approvalMinutes of the books", () =>
  run(
    Effect.gen(function* () {
      const set = { fourEyes: ["adjust"], approvalMinutes: 30 }
      yield* opened({ broker: "paper", ...set })
      expect(yield* opened({ broker: "paper", lot: "100" })).toMatchObject({ ...set, lot: "100" })
      expect(yield* opened({ broker: "paper", lot: "100", approvalMinutes: 20 })).toMatchObject({
        fourEyes: ["adjust"],
        approvalMinutes: 20
      })
      expect(yield* requests).toBe(0)
      expect(yield* opened({ broker: "paper", lot: "100", fourEyes: [] })).toMatchObject({ fourEyes: ["adjust"] })
      expect(yield* requests).toBe(1)
    })
  ))

it("EYES-7: a configuration that loosens and tightens has the tightening in force at once, and the rest waits", () =>
  run(
    Effect.gen(function* () {
      const before = { broker: "paper", fourEyes: ["limits"], limits: { orderQuantity: "500", orderNotional: "9000" } }
      yield* opened(before)
      const asked = { ...before, limits: { orderQuantity: "900", orderNotional: "8000" } }
      expect(yield* opened(asked)).toMatchObject({ most: "500", dollars: "8000" })
      expect(yield* requests).toBe(1)
      yield* opened(asked)
      expect(yield* requests).toBe(1)
    })
  ))
