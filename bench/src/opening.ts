import { copyFileSync } from "node:fs"
import { join } from "node:path"
import { Accumulator } from "@roundlot/core"
import { Effect } from "effect"
import { onStage } from "./engine.ts"
import { filledIn } from "./fill.ts"
import * as floor from "./floor.ts"
import { type Asked, atMost, type Figure, inFolder, median, noted } from "./measuring.ts"
import { emptyStore, played } from "./played.ts"
import { tradesOf, usual } from "./workload.ts"

const SHAPE = usual(1)

/** Seconds from nothing to the first answered trade of this seed. */
const untilAnswered = async (file: string, seed: number): Promise<number> => {
  const [trade] = tradesOf(SHAPE, seed)
  if (trade === undefined) throw new Error("a workload without trades")
  const begun = performance.now()
  const first = Effect.gen(function* () {
    const accumulator = yield* Accumulator.Accumulator
    yield* accumulator.submit(trade.account, trade.input)
    return (performance.now() - begun) / 1000
  })
  return onStage({ file, shape: SHAPE }, first)
}

/** Seconds that opening the file, and one bare transaction in it, takes. */
const bareOpening = (file: string): number => {
  const begun = performance.now()
  const db = floor.open(file)
  db.exec("BEGIN IMMEDIATE; UPDATE roundlot_heads SET seq = seq; COMMIT")
  db.close()
  return (performance.now() - begun) / 1000
}

const entriesOf = (file: string): number => {
  const db = floor.open(file)
  const entries = db.prepare<[], number>("SELECT count(*) FROM roundlot_journal").pluck().get()
  db.close()
  return entries ?? 0
}

const inWords = (all: ReadonlyArray<number>): string => `${(median(all) * 1000).toFixed(0)} ms`

/** From opening a store with many entries until its first trade is answered, beside an almost empty store. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, async (folder) => {
    const small = join(folder, "small.db")
    await emptyStore(small)
    await played(small, SHAPE, tradesOf(SHAPE, 1))
    const filled = await filledIn(folder, { ...asked, trades: asked.trades ?? (asked.quick ? 20_000 : 260_000) })
    const entries = entriesOf(filled)
    const times = { cold: 0, large: new Array<number>(), small: new Array<number>(), bare: new Array<number>() }
    times.cold = await untilAnswered(filled, 100)
    for (let i = 0; i < (asked.rounds ?? 5); i++) {
      const copy = join(folder, `small-${i}.db`)
      copyFileSync(small, copy)
      times.small.push(await untilAnswered(copy, 101 + i))
      times.large.push(await untilAnswered(filled, 101 + i))
      times.bare.push(bareOpening(filled))
    }
    return [
      atMost(
        `from opening a store with ${entries.toLocaleString("en")} entries to its first trade`,
        median(times.large),
        1,
        " s"
      ),
      noted("the same, the first time in a process", `${(times.cold * 1000).toFixed(0)} ms`),
      noted("the same with a store of one trade", inWords(times.small)),
      noted("a bare opening and one bare transaction", inWords(times.bare))
    ]
  })
