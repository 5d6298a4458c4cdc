import { join } from "node:path"
import { monitorEventLoopDelay } from "node:perf_hooks"
import type { TradeRepository } from "@roundlot/core/adapter"
import { Effect } from "effect"
import { type Callers, drained, feeding, onStage } from "./engine.ts"
import { type Asked, atMost, cpuSeconds, type Figure, inFolder, noted, quantile } from "./measuring.ts"
import { tradesOf, usual } from "./workload.ts"

/** Milliseconds that something held the thread. */
interface Held {
  readonly writes: Array<number>
  readonly writesCpu: Array<number>
}

/** Times each transaction of the store: nothing else of the thread goes on meanwhile. */
const timingWrites =
  (held: Held) =>
  (store: TradeRepository.TradeRepositoryService): TradeRepository.TradeRepositoryService => ({
    ...store,
    write: (scope, plan) =>
      Effect.suspend(() => {
        const [begun, cpu] = [performance.now(), cpuSeconds()]
        return Effect.tap(store.write(scope, plan), () => {
          held.writes.push(performance.now() - begun)
          held.writesCpu.push((cpuSeconds() - cpu) * 1000)
          return Effect.void
        })
      })
  })

/** The first trades are not counted: the compiler is at work, and nothing is learnt yet of how long members take. */
const WARMING = 5_000

const saturated = (asked: Asked, trades: number, callers: Callers) =>
  inFolder(asked, (folder) => {
    const shape = { ...usual(WARMING + trades), block: Math.max(100, callers.chunk) }
    const all = tradesOf(shape, 1)
    const held: Held = { writes: [], writesCpu: [] }
    // A timer a millisecond apart: what comes between two of its ticks is how long the loop was held.
    const delays = monitorEventLoopDelay({ resolution: 1 })
    return onStage(
      { file: join(folder, "real.db"), shape, watched: timingWrites(held) },
      Effect.gen(function* () {
        yield* feeding(all.slice(0, WARMING)[Symbol.iterator](), callers)
        yield* drained
        held.writes.length = 0
        held.writesCpu.length = 0
        delays.enable()
        yield* feeding(all.slice(WARMING)[Symbol.iterator](), callers)
        delays.disable()
        return { held, delays }
      })
    )
  })

const figuresOf = async (
  asked: Asked,
  trades: number,
  name: string,
  callers: Callers
): Promise<ReadonlyArray<Figure>> => {
  const { delays, held } = await saturated(asked, trades, callers)
  const loop = (percentile: number) => delays.percentile(percentile) / 1e6
  return [
    atMost(`${name}: a group holds the thread, p50`, quantile(held.writes, 0.5), 20, " ms"),
    atMost(`${name}: a group holds the thread, p99`, quantile(held.writes, 0.99), 40, " ms"),
    noted(
      `${name}: the same in processor time of all threads, p50, p99`,
      `${quantile(held.writesCpu, 0.5).toFixed(1)} ms, ${quantile(held.writesCpu, 0.99).toFixed(1)} ms`
    ),
    noted(
      `${name}: between two ticks of a timer of 1 ms, p50, p99, longest`,
      `${loop(50).toFixed(1)} ms, ${loop(99).toFixed(1)} ms, ${(delays.max / 1e6).toFixed(0)} ms`
    ),
    noted(`${name}: groups`, String(held.writes.length))
  ]
}

/** How long the daemon's thread is held while more comes than it can take. */
export const measure = async (asked: Asked): Promise<ReadonlyArray<Figure>> => {
  const trades = asked.trades ?? (asked.quick ? 10_000 : 50_000)
  return [
    ...(await figuresOf(asked, trades, "1,000 single callers", { callers: 1000, chunk: 1 })),
    ...(await figuresOf(asked, trades, "10 callers, chunks of 100", { callers: 10, chunk: 100 })),
    ...(await figuresOf(asked, trades, "10 callers, chunks of 1,000", { callers: 10, chunk: 1000 }))
  ]
}
