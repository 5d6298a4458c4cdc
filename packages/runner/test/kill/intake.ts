import * as NodeContext from "@effect/platform-node/NodeContext"
import { AccountName, SourcePolicy } from "@roundlot/core"
import { TradeFile, TradeImport } from "@roundlot/imports"
import { ConfigProvider, Effect, Layer, Logger, Stream } from "effect"
import process from "node:process"
import { text } from "node:stream/consumers"
import { Configuration, StorePlace } from "@roundlot/daemon/configuration"
import { layerBooks } from "../../src/App.ts"
import { jumping } from "./jumping.ts"

const [address = "", file = "", from = "0", together = "1"] = process.argv.slice(2)

/**
 * Takes the trades of a file in, from a row on and so many at a time, and says of each what it was answered, once it was. It begins
 * when its input ends.
 */
const work = Effect.gen(function* () {
  const store = yield* StorePlace.parse(address, "the first word")
  const rows = TradeFile.readTrades(file, { source: "tape" }).pipe(Stream.drop(Number(from)))
  const target = { account: AccountName.AccountName.make("paper"), policy: SourcePolicy.anyAge, file }
  const taken = Effect.gen(function* () {
    process.stdout.write("ready\n")
    yield* Effect.promise(() => text(process.stdin))
    yield* Stream.runForEach(TradeImport.takeIn(rows, target, Number(together)), ({ taken }) =>
      Effect.sync(() => {
        for (const [{ input }, result] of taken) process.stdout.write(`${input.sourceId} ${result._tag}\n`)
      })
    )
  })
  yield* Effect.provide(
    taken,
    layerBooks({
      store,
      paperFile: `${file}.paper`,
      configuration: Configuration.empty,
      config: ConfigProvider.fromMap(new Map())
    })
  )
})

export const main = async (): Promise<void> => {
  process.exitCode = await Effect.runPromise(
    work.pipe(
      Effect.provide(Layer.merge(NodeContext.layer, Logger.replace(Logger.defaultLogger, Logger.none))),
      Effect.withClock(jumping()),
      Effect.as(0),
      Effect.catchAll((error) => Effect.sync(() => (process.stderr.write(`${error.message}\n`), 1)))
    )
  )
  process.removeAllListeners("SIGUSR2")
}
