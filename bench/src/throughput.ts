import { statSync } from "node:fs"
import { join } from "node:path"
import { Ledger } from "@roundlot/core"
import { type Callers, run } from "./engine.ts"
import * as floor from "./floor.ts"
import { type Asked, atLeast, atMost, type Figure, inFolder, median, noted, type Took } from "./measuring.ts"
import { emptyStore, played, recorded } from "./played.ts"
import { type Shape, tradesOf } from "./workload.ts"

/** What a line of the table was measured at, each round: microseconds a trade. */
interface Measured {
  readonly wall: number
  readonly cpu: number
}

const lifted: Ledger.GroupLimits = { members: 1000, holdMs: Number.POSITIVE_INFINITY }

interface Line {
  readonly name: string
  readonly callers: Callers
  readonly limits: Ledger.GroupLimits
  /** Of the floor, at least. */
  readonly goal: number
}

const lines: ReadonlyArray<Line> = [
  {
    name: "10 callers, chunks of 100, time bound lifted",
    callers: { callers: 10, chunk: 100 },
    limits: lifted,
    goal: 0.7
  },
  { name: "10 callers, chunks of 100", callers: { callers: 10, chunk: 100 }, limits: Ledger.defaultLimits, goal: 0.55 },
  { name: "1,000 single callers", callers: { callers: 1000, chunk: 1 }, limits: Ledger.defaultLimits, goal: 0.6 },
  { name: "64 single callers", callers: { callers: 64, chunk: 1 }, limits: Ledger.defaultLimits, goal: 0.45 }
]

const perTrade = ({ cpu, seconds }: Took, count: number): Measured => ({
  wall: (seconds / count) * 1e6,
  cpu: (cpu / count) * 1e6
})

const shapesOf = (trades: number): ReadonlyArray<Shape> => [
  { trades, accounts: 8, instruments: 250, ids: "random", block: 100 },
  { trades, accounts: 8, instruments: 250, ids: "ordered", block: 100 },
  { trades, accounts: 200, instruments: 50, ids: "random", block: 100 }
]

const FLOOR = "floor"
const SCHEDULE = "the floor's own schedule on the real store"

const measureShape = async (shape: Shape, asked: Asked): Promise<ReadonlyArray<Figure>> => {
  const all = tradesOf(shape, 1)
  const groups = await recorded(asked, shape, all)
  const from = groups.findIndex(({ identities }) => identities.length > 0)
  const results = new Map<string, Array<Measured>>()
  const note = (name: string, took: Took) => {
    const known = results.get(name) ?? []
    known.push(perTrade(took, shape.trades))
    results.set(name, known)
  }
  const sizes: Array<number> = []
  for (let round = 0; round < (asked.rounds ?? (asked.quick ? 1 : 5)); round++) {
    await inFolder(asked, async (folder) => {
      const [real, bare] = [join(folder, "played.db"), join(folder, "floor.db")]
      await emptyStore(bare)
      const db = floor.open(bare)
      note(FLOOR, floor.write(db, groups, from))
      db.close()
      note(SCHEDULE, await played(real, shape, all))
      sizes.push(statSync(real).size / statSync(bare).size)
    })
    for (const { callers, limits, name } of lines) {
      await inFolder(asked, async (folder) =>
        note(name, await run({ file: join(folder, "real.db"), shape, limits }, all, callers))
      )
    }
  }
  const of = (name: string, kind: keyof Measured) => median((results.get(name) ?? []).map((each) => each[kind]))
  const share = (name: string, kind: keyof Measured) => of(FLOOR, kind) / of(name, kind)
  const where = `${shape.accounts} × ${shape.instruments}, ${shape.ids} ids`
  const spent = (name: string) =>
    `${of(name, "cpu").toFixed(0)} µs of processor and ${of(name, "wall").toFixed(0)} µs a trade`
  return [
    noted(`${where}: ${FLOOR}`, spent(FLOOR)),
    noted(
      `${where}: ${SCHEDULE}`,
      `${share(SCHEDULE, "cpu").toFixed(2)} of the floor's processor time, ${spent(SCHEDULE)}`
    ),
    ...lines.flatMap(({ goal, name }) => [
      atLeast(`${where}: ${name}, of the floor by the clock`, share(name, "wall"), goal),
      noted(`${where}: ${name}, of the floor's processor time`, `${share(name, "cpu").toFixed(2)}, ${spent(name)}`)
    ]),
    atMost(`${where}: the file's size, of the floor's`, median(sizes), 1.1)
  ]
}

/** Many callers, in chunks and one by one, beside the floor at the same trades. */
export const measure = async (asked: Asked): Promise<ReadonlyArray<Figure>> => {
  const shapes = shapesOf(asked.trades ?? (asked.quick ? 20_000 : 100_000))
  const figures: Array<Figure> = []
  for (const shape of asked.quick ? shapes.slice(0, 1) : shapes) figures.push(...(await measureShape(shape, asked)))
  return figures
}
