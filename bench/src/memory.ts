import { join } from "node:path"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { Effect } from "effect"
import { drained, feeding, onStage } from "./engine.ts"
import { type Asked, atMost, type Figure, inFolder, median, noted } from "./measuring.ts"
import { tradesFrom, usual } from "./workload.ts"

const MIB = 1024 * 1024

/** The heap is looked at after every so many trades, and counts from the first time on: what is remembered goes in waves. */
const EVERY = 50_000

interface Sample {
  readonly trades: number
  readonly heapMiB: number
  readonly rssMiB: number
}

/** Collects all garbage: without a flag at the start, so that the line can be run like any other. */
const collector = (): (() => void) => {
  setFlagsFromString("--expose-gc")
  const collect: unknown = runInNewContext("gc")
  if (typeof collect !== "function") throw new Error("this Node has no collector to call")
  return () => void Reflect.apply(collect, undefined, [])
}

/** What so many trades leave in memory, with the largest resident size between any two samples. */
const sampled = (
  folder: string,
  trades: number
): Promise<{ readonly samples: ReadonlyArray<Sample>; readonly peakMiB: number }> => {
  const shape = usual(trades)
  const collect = collector()
  const samples: Array<Sample> = []
  let [answered, peakMiB] = [0, 0]
  const sample = Effect.sync(() => {
    answered += shape.block
    const rssMiB = process.memoryUsage.rss() / MIB
    peakMiB = Math.max(peakMiB, rssMiB)
    if (answered % EVERY !== 0) return
    const before = process.memoryUsage()
    collect()
    const heapMiB = process.memoryUsage().heapUsed / MIB
    samples.push({ trades: answered, heapMiB, rssMiB })
    const [taken, outside] = [before.heapTotal / MIB, before.external / MIB].map((each) => each.toFixed(0))
    const parts = `of which ${taken} MiB are taken for the heap and ${outside} MiB known outside of it`
    console.log(
      `${answered} trades: heap ${heapMiB.toFixed(1)} MiB, resident ${rssMiB.toFixed(0)} MiB before collecting, ${parts}`
    )
  })
  return onStage(
    { file: join(folder, "real.db"), shape },
    Effect.gen(function* () {
      yield* feeding(tradesFrom(shape, 1), { callers: 10, chunk: shape.block }, sample)
      yield* drained
      return { samples, peakMiB }
    })
  )
}

/** Heap and resident memory of the real parts, in this process of its own, while trades stream through them. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, async (folder) => {
    const trades = asked.trades ?? (asked.quick ? 100_000 : 1_000_000)
    const { peakMiB, samples } = await sampled(folder, trades)
    const heaps = samples.map(({ heapMiB }) => heapMiB)
    const [first = 0] = heaps
    const middle = median(heaps)
    const furthest = Math.max(...heaps.map((heap) => Math.abs(heap / middle - 1)))
    return [
      noted("trades", trades.toLocaleString("en")),
      noted(`heap after the first ${EVERY.toLocaleString("en")}`, `${first.toFixed(1)} MiB`),
      noted("the heap from then on, in the middle", `${middle.toFixed(1)} MiB`),
      atMost("at most away from that", furthest * 100, 10, " %"),
      noted("heap at the end", `${(heaps.at(-1) ?? 0).toFixed(1)} MiB`),
      atMost("resident at most", peakMiB, 300, " MiB")
    ]
  })
