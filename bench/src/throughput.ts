import { fileURLToPath } from "node:url"
import { Ledger } from "@roundlot/core/ledger"
import { Schema } from "effect"
import type { Callers } from "./engine.ts"
import { type Asked, atLeast, atMost, type Figure, median, noted } from "./measuring.ts"
import { player } from "./player.ts"
import { Shape } from "./workload.ts"

/** What a line of the table was measured at, each round: microseconds a trade. */
interface Measured {
  readonly wall: number
  readonly cpu: number
}

/** Ten callers in chunks, as a daemon has them. */
export const CHUNKS = "10 callers, chunks of 100"

const lifted: Ledger.GroupLimits = { members: 1000, holdMs: Number.POSITIVE_INFINITY }

interface Line {
  readonly name: string
  readonly callers: Callers
  readonly limits: Ledger.GroupLimits
  /** Of the floor, at least. */
  readonly goal: number
  /** The same of a floor of 64 trades a transaction. */
  readonly goalAt64?: number
}

/** Those who submit trades, and what is wanted of them. */
export const lines: ReadonlyArray<Line> = [
  {
    name: "10 callers, chunks of 100, time bound lifted",
    callers: { callers: 10, chunk: 100 },
    limits: lifted,
    goal: 0.7
  },
  { name: CHUNKS, callers: { callers: 10, chunk: 100 }, limits: Ledger.defaultLimits, goal: 0.55 },
  { name: "1,000 single callers", callers: { callers: 1000, chunk: 1 }, limits: Ledger.defaultLimits, goal: 0.6 },
  {
    name: "64 single callers",
    callers: { callers: 64, chunk: 1 },
    limits: Ledger.defaultLimits,
    goal: 0.45,
    goalAt64: 0.65
  }
]

const shapesOf = (trades: number): ReadonlyArray<Shape> => [
  { trades, accounts: 8, instruments: 250, ids: "random", block: 100 },
  { trades, accounts: 8, instruments: 250, ids: "ordered", block: 100 },
  { trades, accounts: 200, instruments: 50, ids: "random", block: 100 }
]

export const FLOOR = "floor"
export const FLOOR_AT_64 = "floor at 64 trades a transaction"
export const SCHEDULE = "the floor's own schedule on the real store"

/** What a process of its own is to measure: a line by its name. */
export const Task = Schema.Struct({ folder: Schema.String, name: Schema.String, shape: Shape })

const encodeTask = Schema.encodeSync(Schema.parseJson(Task))

/** What one run took: seconds, seconds of processor time of all threads, and bytes of the file. */
const Run = Schema.Struct({ seconds: Schema.Number, cpu: Schema.Number, bytes: Schema.Number })

const runOf = Schema.decodeUnknownSync(Run)

const RUN = fileURLToPath(new URL("./throughputRun.ts", import.meta.url))

/** A line in a process of its own: what the floor is to write would otherwise lie in the memory of whom it is compared with. */
export const lineApart = async (task: typeof Task.Type) => {
  const { end, tell } = await player(RUN, [encodeTask(task)])
  return { end, run: async () => runOf(await tell()) }
}

const measureShape = async (shape: Shape, asked: Asked): Promise<ReadonlyArray<Figure>> => {
  const names = [FLOOR, FLOOR_AT_64, SCHEDULE, ...lines.map(({ name }) => name)]
  const results = new Map<string, Array<Measured>>(names.map((name) => [name, []]))
  const sizes = new Map<string, number>()
  const apart = new Map<string, Awaited<ReturnType<typeof lineApart>>>()
  for (const name of names) apart.set(name, await lineApart({ folder: asked.folder, name, shape }))
  for (let round = 0; round < (asked.rounds ?? (asked.quick ? 1 : 5)); round++) {
    for (const [name, { run }] of apart) {
      const { bytes, cpu, seconds } = await run()
      results.get(name)?.push({ wall: (seconds / shape.trades) * 1e6, cpu: (cpu / shape.trades) * 1e6 })
      sizes.set(name, bytes)
    }
  }
  for (const { end } of apart.values()) end()
  const of = (name: string, kind: keyof Measured) => median((results.get(name) ?? []).map((each) => each[kind]))
  const share = (name: string, kind: keyof Measured, floor = FLOOR) => of(floor, kind) / of(name, kind)
  const where = `${shape.accounts} × ${shape.instruments}, ${shape.ids} ids`
  const spent = (name: string) =>
    `${of(name, "cpu").toFixed(0)} µs of processor and ${of(name, "wall").toFixed(0)} µs a trade`
  return [
    noted(`${where}: ${FLOOR}`, spent(FLOOR)),
    noted(
      `${where}: ${SCHEDULE}`,
      `${share(SCHEDULE, "cpu").toFixed(2)} of the floor's processor time, ${spent(SCHEDULE)}`
    ),
    noted(`${where}: ${FLOOR_AT_64}`, spent(FLOOR_AT_64)),
    ...lines.flatMap(({ goal, goalAt64, name }) => [
      atLeast(`${where}: ${name}, of the floor by the clock`, share(name, "wall"), goal),
      noted(`${where}: ${name}, of the floor's processor time`, `${share(name, "cpu").toFixed(2)}, ${spent(name)}`),
      ...(goalAt64 === undefined
        ? []
        : [atLeast(`${where}: ${name}, of the ${FLOOR_AT_64}`, share(name, "wall", FLOOR_AT_64), goalAt64)])
    ]),
    atMost(`${where}: the file's size, of the floor's`, (sizes.get(SCHEDULE) ?? 0) / (sizes.get(FLOOR) ?? 1), 1.1)
  ]
}

/** Many callers, in chunks and one by one, beside the floor at the same trades. */
export const measure = async (asked: Asked): Promise<ReadonlyArray<Figure>> => {
  const shapes = shapesOf(asked.trades ?? (asked.quick ? 20_000 : 100_000))
  const figures: Array<Figure> = []
  for (const shape of asked.quick ? shapes.slice(0, 1) : shapes) figures.push(...(await measureShape(shape, asked)))
  return figures
}
