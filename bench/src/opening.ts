import { copyFileSync } from "node:fs"
import { join } from "node:path"
import { Accumulator, SourcePolicy } from "@roundlot/core"
import { Effect } from "effect"
import { onStage } from "./engine.ts"
import { filledIn } from "./fill.ts"
import { Sqlite } from "@roundlot/sqlite"
import * as floor from "./floor.ts"
import { type Asked, atMost, type Figure, inFolder, median, noted, type Took, timing } from "./measuring.ts"
import { emptyStore, played } from "./played.ts"
import { tradesOf, usual } from "./workload.ts"

const SHAPE = usual(1)

/** From nothing to the first answered trade of this seed, with all that driving begins with. */
const untilAnswered = async (file: string, seed: number): Promise<Took> => {
  const [trade] = tradesOf(SHAPE, seed)
  if (trade === undefined) throw new Error("a workload without trades")
  const took = timing()
  const first = Effect.gen(function* () {
    const accumulator = yield* Accumulator.Accumulator
    yield* accumulator.submit(trade.account, trade.input, SourcePolicy.anyAge)
    return took()
  })
  return onStage({ file, shape: SHAPE }, first)
}

/** What opening the file, and one bare transaction in it, takes. */
const bareOpening = (file: string): Took => {
  const took = timing()
  const db = floor.open(file)
  db.exec("BEGIN IMMEDIATE; UPDATE roundlot_heads SET seq = seq; COMMIT")
  const all = took()
  db.close()
  return all
}

const entriesOf = (file: string): number => {
  const db = floor.open(file)
  const entries = Sqlite.scalar<number>(db, "SELECT count(*) FROM roundlot_journal")()
  db.close()
  return entries ?? 0
}

const of = (all: ReadonlyArray<Took>, kind: keyof Took): number => median(all.map((each) => each[kind]))

const inWords = (...all: ReadonlyArray<Took>): string =>
  `${(of(all, "seconds") * 1000).toFixed(0)} ms, ${(of(all, "cpu") * 1000).toFixed(0)} ms of processor`

/** From opening a store with many entries until its first trade is answered, beside an almost empty store. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, async (folder) => {
    const small = join(folder, "small.db")
    await emptyStore(small)
    await played(small, SHAPE, tradesOf(SHAPE, 1))
    const filled = await filledIn(folder, { ...asked, trades: asked.trades ?? (asked.quick ? 20_000 : 260_000) })
    const entries = entriesOf(filled)
    const cold = await untilAnswered(filled, 100)
    const times = { large: new Array<Took>(), small: new Array<Took>(), bare: new Array<Took>() }
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
        of(times.large, "seconds"),
        1,
        " s"
      ),
      noted("the same in other words", inWords(...times.large)),
      noted("the same, the first time in a process", inWords(cold)),
      noted("the same with a store of one trade", inWords(...times.small)),
      noted("a bare opening and one bare transaction", inWords(...times.bare))
    ]
  })
