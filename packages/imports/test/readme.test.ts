import { AccountName } from "@roundlot/core"
import { TradeFile, TradeImport } from "@roundlot/imports"
import { Effect, Stream } from "effect"
import { expect, it } from "vitest"

const policy = { mapping: { suffixes: [], symbols: {} }, direction: undefined }
const target = { account: AccountName.AccountName.make("main"), policy, file: "trades.csv" }

const importing = TradeImport.takeIn(TradeFile.readTrades("trades.csv"), target).pipe(
  Stream.runForEach(({ bad, counts }) => Effect.log(`${counts.accepted} taken`, bad.map(TradeImport.complaint)))
)

it("the README's program is this one", () => {
  expect(Effect.isEffect(importing)).toBe(true)
})
