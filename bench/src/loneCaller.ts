import { join } from "node:path"
import { Accumulator } from "@roundlot/core"
import type Database from "better-sqlite3"
import { Effect } from "effect"
import { drained, onStage } from "./engine.ts"
import * as floor from "./floor.ts"
import { type Asked, atMost, type Figure, inFolder, noted, quantile, timing } from "./measuring.ts"
import { emptyStore, recorded } from "./played.ts"
import type { Group } from "./schedule.ts"
import { type BenchTrade, tradesOf, usual } from "./workload.ts"

/** How many trades are not counted: the compiler is still at work. */
const WARMING = 1_000

/** In a closed loop floor and caller take turns by so many. */
const IN_A_ROW = 100

/** Milliseconds that each trade took. */
interface Latency {
  readonly wall: number
  readonly cpu: number
}

interface Latencies {
  readonly floor: Array<Latency>
  readonly caller: Array<Latency>
}

const clock = (): (() => Latency) => {
  const took = timing()
  return () => {
    const { cpu, seconds } = took()
    return { wall: seconds * 1000, cpu: cpu * 1000 }
  }
}

/** Writes the groups of a schedule one after the other; says what each intake took. */
const bareTransactions = (db: Database.Database, groups: ReadonlyArray<Group>) => {
  const write = floor.writer(db)
  let at = 0
  /** Writes up to and with the next intake. */
  return (): Latency => {
    for (;;) {
      const took = clock()
      const group = groups[at++]
      if (group === undefined) return took()
      write(group)
      if (group.identities.length > 0) return took()
    }
  }
}

const submit = ({ account, input }: BenchTrade) =>
  Effect.gen(function* () {
    const accumulator = yield* Accumulator.Accumulator
    const took = clock()
    yield* accumulator.submit(account, input)
    return took()
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
    const latencies: Latencies = { floor: [], caller: [] }
    const size = isDrained ? 1 : IN_A_ROW
    const loop = Effect.gen(function* () {
      for (let from = 0; from < trades.length; from += size) {
        const some = trades.slice(from, from + size)
        yield* drained
        for (const _ of some) latencies.floor.push(next())
        for (const trade of some) latencies.caller.push(yield* submit(trade))
      }
    })
    const shape = usual(trades.length)
    await onStage({ file: join(folder, "real.db"), shape }, loop)
    db.close()
    return latencies
  })

const quantilesOf = ({ caller, floor: bare }: Latencies, kind: keyof Latency, share: number) =>
  [caller, bare].map((all) =>
    quantile(
      all.slice(WARMING).map((each) => each[kind]),
      share
    )
  )

const processorOf = (name: string, latencies: Latencies): Figure => {
  const [own = 0, theirs = 1] = quantilesOf(latencies, "cpu", 0.5)
  const words = `${(own / theirs).toFixed(2)}×: ${own.toFixed(2)} ms, and ${theirs.toFixed(2)} ms`
  return noted(`a lone caller, ${name}: the median of processor time, all threads`, words)
}

const figuresOf = (name: string, latencies: Latencies, goals: readonly [number, number]): ReadonlyArray<Figure> =>
  ([0.5, 0.99] as const).map((share, i) => {
    const [own, theirs] = quantilesOf(latencies, "wall", share)
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
    processorOf("follow-ups drained between", between),
    ...figuresOf("in a closed loop", loop, [1.9, 5]),
    processorOf("in a closed loop", loop),
    noted("trades each, after 1,000 for warming", String(trades - WARMING))
  ]
}
