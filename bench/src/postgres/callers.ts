import { Ledger } from "@roundlot/core/ledger"
import { run } from "../engine.ts"
import { type Asked, atLeast, type Figure, median, noted } from "../measuring.ts"
import { tradesOf, usual } from "../workload.ts"
import { onServer } from "./database.ts"
import * as floor from "./floor.ts"
import { recorded } from "./intake.ts"

const LINES = [
  { name: "10 callers, chunks of 100", callers: { callers: 10, chunk: 100 }, goal: undefined },
  { name: "1,000 single callers", callers: { callers: 1000, chunk: 1 }, goal: 0.65 },
  { name: "64 single callers", callers: { callers: 64, chunk: 1 }, goal: 0.45 }
] as const

/** Callers of the real parts on Postgres, beside bare `pg` that writes the same trades a thousand a transaction. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  onServer(async (databases) => {
    const shape = usual(asked.trades ?? (asked.quick ? 5_000 : 20_000))
    const all = tradesOf(shape, 1)
    const { from, prepared } = await recorded(databases, shape, 1000)
    const bare: Array<number> = []
    const took = new Map<string, Array<number>>(LINES.map(({ name }) => [name, []]))
    for (let round = 0; round < (asked.rounds ?? (asked.quick ? 1 : 5)); round++) {
      const url = await databases.fresh()
      bare.push((await floor.write(url, prepared, from)).seconds)
      await databases.drop(url)
      for (const { callers, name } of LINES) {
        const own = await databases.fresh()
        const { seconds } = await run({ file: own, shape, limits: Ledger.defaultLimits }, all, callers)
        took.get(name)?.push(seconds)
        await databases.drop(own)
      }
    }
    const each = (seconds: number) => `${((seconds / shape.trades) * 1e6).toFixed(0)} µs a trade`
    return [
      noted("the floor at 1,000 a transaction", each(median(bare))),
      ...LINES.flatMap(({ goal, name }) => {
        const own = median(took.get(name) ?? [])
        const told = noted(name, `${each(own)}, ${(median(bare) / own).toFixed(2)} of the floor at 1,000`)
        return goal === undefined ? [told] : [told, atLeast(`${name}, of the floor at 1,000`, median(bare) / own, goal)]
      })
    ]
  })
