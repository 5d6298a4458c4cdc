import { join } from "node:path"
import { Accumulator, SourcePolicy } from "@roundlot/core"
import type { Sqlite } from "@roundlot/sqlite"
import { Effect } from "effect"
import { drained, onStage } from "./engine.ts"
import * as floor from "./floor.ts"
import { type Asked, atMost, type Figure, cpuSeconds, inFolder, noted, quantile } from "./measuring.ts"
import { emptyStore, recorded } from "./played.ts"
import type { Group } from "./schedule.ts"
import { type BenchTrade, tradesOf, usual } from "./workload.ts"

/** How many trades are not counted: the compiler is still at work. */
const WARMING = 1_000

/** In a closed loop floor and caller take turns by so many. */
const IN_A_ROW = 100

interface Latencies {
  /** Milliseconds that each trade took. */
  readonly floor: Array<number>
  readonly caller: Array<number>
  /** Seconds of processor time that all of them took. */
  readonly spent: { floor: number; caller: number }
}

/** Writes the groups of a schedule one after the other; says how many milliseconds each intake took. */
const bareTransactions = (db: Sqlite.Database, groups: ReadonlyArray<Group>) => {
  const write = floor.writer(db)
  let at = 0
  /** Writes up to and with the next intake. */
  return (): number => {
    for (;;) {
      const group = groups[at++]
      if (group === undefined) return 0
      const begun = performance.now()
      write(group)
      if (group.identities.length > 0) return performance.now() - begun
    }
  }
}

const submit = ({ account, input }: BenchTrade) =>
  Effect.gen(function* () {
    const accumulator = yield* Accumulator.Accumulator
    const begun = performance.now()
    yield* accumulator.submit(account, input, SourcePolicy.anyAge)
    return performance.now() - begun
  })

const measured = (
  asked: Asked,
  trades: ReadonlyArray<BenchTrade>,
  groups: ReadonlyArray<Group>,
  isDrained: boolean
): Promise<Latencies> =>
  inFolder(asked, async (folder) => {
    const bare = join(folder, "bare.db")
    await emptyStore(bare)
    const db = floor.open(bare)
    const next = bareTransactions(db, groups)
    const latencies: Latencies = { floor: [], caller: [], spent: { floor: 0, caller: 0 } }
    const size = isDrained ? 1 : IN_A_ROW
    const loop = Effect.gen(function* () {
      for (let from = 0; from < trades.length; from += size) {
        const some = trades.slice(from, from + size)
        yield* drained
        const begun = cpuSeconds()
        for (const _ of some) latencies.floor.push(next())
        const between = cpuSeconds()
        for (const trade of some) latencies.caller.push(yield* submit(trade))
        if (from < WARMING) continue
        latencies.spent.floor += between - begun
        latencies.spent.caller += cpuSeconds() - between
      }
    })
    const shape = usual(trades.length)
    await onStage({ file: join(folder, "real.db"), shape }, loop)
    db.close()
    return latencies
  })

const figuresOf = (name: string, latencies: Latencies, goals: readonly [number, number]): ReadonlyArray<Figure> =>
  ([0.5, 0.99] as const).map((share, i) => {
    const [own, theirs] = [latencies.caller, latencies.floor].map((all) => quantile(all.slice(WARMING), share))
    const words = `a lone caller, ${name}, p${share * 100}: ${(own ?? 0).toFixed(2)} ms, of a bare transaction of ${(theirs ?? 0).toFixed(2)} ms`
    return atMost(words, (own ?? 0) / (theirs ?? 1), goals[i] ?? 0, "×")
  })

/** How long a lone caller waits, beside one bare transaction of the same rows, the two in turns. */
export const measure = async (asked: Asked): Promise<ReadonlyArray<Figure>> => {
  const trades = WARMING + (asked.trades ?? (asked.quick ? 1_000 : 5_000))
  const shape = usual(trades)
  const all = tradesOf(shape, 1)
  const groups = await recorded(asked, shape, all, { perGroup: 1, apart: true })
  const [between, loop] = [await measured(asked, all, groups, true), await measured(asked, all, groups, false)]
  return [
    ...figuresOf("follow-ups drained between", between, [1.4, 4]),
    ...figuresOf("in a closed loop", loop, [1.9, 5]),
    noted(
      "a lone caller in a closed loop: processor time with all that follows, of the bare transactions and theirs",
      `${(loop.spent.caller / loop.spent.floor).toFixed(2)}×`
    ),
    noted("trades each, after 1,000 for warming", String(trades - WARMING))
  ]
}
