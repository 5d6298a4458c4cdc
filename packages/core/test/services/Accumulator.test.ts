import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { defaultSettings } from "../../src/records/Account.ts"
import { AccountName } from "../../src/records/AccountName.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import { PositionTable } from "../../src/records/Position.ts"
import { TradeRepository } from "../../src/ports/TradeRepository.ts"
import { Accumulator } from "../../src/services/Accumulator.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as SourcePolicy from "../../src/rules/trade/SourcePolicy.ts"
import { TradeTable } from "../../src/records/Trade.ts"
import * as Stage from "./Stage.ts"

describe("trades that are taken in", () => {
  it("ACC-1: come to one net position of each account and symbol, below zero where more was sold", () =>
    Stage.play(
      Effect.gen(function* () {
        const other = AccountName.make("other")
        yield* Stage.opened()
        yield* Effect.flatMap(Commands, (commands) => commands.setAccount(other, defaultSettings, "test"))
        yield* Stage.submit(
          Stage.trade("t1", "0.5"),
          { ...Stage.trade("t2", "1.2"), side: "sell" },
          Stage.trade("t3", "0.4", "KO")
        )
        const accumulator = yield* Accumulator
        yield* accumulator.submitMany(other, [Stage.trade("t1", "0.3")], SourcePolicy.anyAge)
        const positions = (yield* Reads.all(PositionTable)).map(
          ({ account, symbol, target }) => `${account} ${symbol} ${Decimal.format(target)}`
        )
        expect(positions.toSorted()).toEqual(["other AAPL 0.3", "paper AAPL -0.7", "paper KO 0.4"])
      })
    ))

  it("ACC-3: trade, order, links, lots and position change in one commit", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.driving
        yield* Stage.submit(Stage.trade("t1", "0.5"))
        yield* Gates.confirmInstruments
        const repository = yield* TradeRepository
        const written = repository.entries({ account: Stage.account, afterSeq: 0, entity: undefined, limit: 1000 })
        const before = (yield* written).length
        yield* Stage.submit(Stage.trade("t2", "0.6"))
        const made = (yield* written).slice(before)
        expect(new Set(made.map(({ commitId }) => commitId)).size).toBe(1)
        const tags = ["TradeAccepted", "OrderCreated", "ExcessChanged", "LotAllocated", "LotAllocated"]
        expect(made.map(({ tag }) => tag)).toEqual(tags)
        const figures = (yield* Reads.all(PositionTable)).map(({ inFlight, residual }) => [inFlight, residual])
        expect(figures.flat().map(Decimal.format)).toEqual(["1", "0.1"])
        expect((yield* Reads.all(TradeTable)).map(({ status }) => status)).toEqual(["accumulated", "accumulated"])
      })
    ))
})
