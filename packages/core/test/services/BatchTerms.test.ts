import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { defaultSettings } from "../../src/records/Account.ts"
import { AccountName } from "../../src/records/AccountName.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import { TradeTable } from "../../src/records/Trade.ts"
import * as Batches from "../../src/services/Batches.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as SourcePolicy from "../../src/rules/trade/SourcePolicy.ts"
import * as Stage from "./Stage.ts"

const asked = {
  account: Stage.account,
  actor: "desk",
  uid: "u-1",
  name: "rebalance",
  mode: "execute",
  priority: 0
} as const

describe("a batch that is asked for again by the same key", () => {
  it("BAT-1: is the same one on the same terms, and refused on others: its rows would be executed otherwise than asked", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        const batches = yield* Batches.Batches
        const first = yield* batches.create({ ...asked, session: "extended" })
        expect((yield* batches.create({ ...asked, session: "extended", priority: 5 })).id).toBe(first.id)
        for (const [field, other] of [
          ["session", asked],
          ["mode", { ...asked, mode: "accumulate" }],
          ["timeInForce", { ...asked, session: "extended", timeInForce: "gtc" }]
        ] as const) {
          const refused = yield* Effect.flip(batches.create(other))
          expect(refused).toMatchObject({ _tag: "BadBatch", field })
        }
      }),
      Stage.layer()
    ))
})

describe("a key that another account has used", () => {
  it("BAT-1: makes no batch, and gives none of the other account's: the rows would be executed there", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        const account = AccountName.make("other")
        yield* Effect.flatMap(Commands, (commands) => commands.setAccount(account, defaultSettings, "test"))
        const batches = yield* Batches.Batches
        yield* batches.create(asked)
        const refused = yield* Effect.flip(batches.create({ ...asked, account }))
        expect(refused).toMatchObject({ _tag: "BadBatch", field: "account" })
      }),
      Stage.layer()
    ))
})

describe("rows that no order can be made of", () => {
  it("BAT-1: are refused with their place before any of them is on record", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        const batches = yield* Batches.Batches
        const batch = yield* batches.create(asked)
        const direct = { type: "limit" } as const
        const rows = [
          { line: 2, input: Stage.trade("sound", "1") },
          { line: 3, input: { ...Stage.trade("unsound", "1"), quantity: Quantity.unsafe("1"), direct } }
        ]
        const refused = yield* Effect.flip(batches.add(batch, rows, SourcePolicy.plain))
        expect(refused).toMatchObject({ _tag: "UnsoundTrade", place: 1, field: "direct.limitPrice" })
        expect(yield* Reads.all(TradeTable)).toEqual([])
      }),
      Stage.layer()
    ))
})
