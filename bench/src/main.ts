import { mkdtempSync, rmSync, statSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { Ledger } from "@roundlot/core"
import { SqliteStore } from "@roundlot/store-sqlite"
import { Effect } from "effect"
import { type Callers, run } from "./engine.ts"
import * as floor from "./floor.ts"
import { type Group, play } from "./schedule.ts"
import { type Shape, tradesOf } from "./workload.ts"

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    trades: { type: "string" },
    rounds: { type: "string" },
    /** How many of the lines below, of which the first is the most telling. */
    lines: { type: "string", default: "4" },
    folder: { type: "string", default: tmpdir() }
  }
})

const trades = Number(values.trades ?? (values.quick ? 20_000 : 100_000))
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5))

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
}

const lines: ReadonlyArray<Line> = [
  { name: "10 callers, chunks of 100, time bound lifted", callers: { callers: 10, chunk: 100 }, limits: lifted },
  { name: "10 callers, chunks of 100", callers: { callers: 10, chunk: 100 }, limits: Ledger.defaultLimits },
  { name: "1,000 single callers", callers: { callers: 1000, chunk: 1 }, limits: Ledger.defaultLimits },
  { name: "64 single callers", callers: { callers: 64, chunk: 1 }, limits: Ledger.defaultLimits }
]

const median = (all: ReadonlyArray<number>): number => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0

const perTrade = ({ cpu, seconds }: { readonly cpu: number; readonly seconds: number }, count: number): Measured => ({
  wall: (seconds / count) * 1e6,
  cpu: (cpu / count) * 1e6
})

const inFolder = async <A>(use: (folder: string) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(values.folder, "roundlot-bench-"))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const played = (file: string, shape: Shape, all: ReturnType<typeof tradesOf>, wrote?: (group: Group) => void) =>
  Effect.runPromise(Effect.scoped(play(shape, all, wrote).pipe(Effect.provide(SqliteStore.layer({ file })))))

/** The groups of a shape's schedule; fails where the floor would not leave the very rows of the store. */
const recorded = (shape: Shape, all: ReturnType<typeof tradesOf>): Promise<ReadonlyArray<Group>> =>
  inFolder(async (folder) => {
    const groups: Array<Group> = []
    const [real, bare] = [join(folder, "real.db"), join(folder, "bare.db")]
    await played(real, shape, all, (group) => groups.push(group))
    await emptyStore(bare)
    const [wanted, written] = [floor.open(real), floor.open(bare)]
    floor.write(written, groups, 0)
    const found = floor.contentsOf(written)
    for (const [table, contents] of floor.contentsOf(wanted)) {
      if (found.get(table) !== contents) throw new Error(`the floor's ${table} are not the store's`)
    }
    const counts = [...found].map(([table, contents]) => `${table} ${Number(contents.split(" ")[0]) / all.length}`)
    console.log(`rows a trade: ${counts.join(", ")}; all of them equal, cell by cell`)
    return groups
  })

const emptyStore = (file: string) =>
  Effect.runPromise(Effect.scoped(Effect.provide(Effect.void, SqliteStore.layer({ file }))))

const bytesOf = (file: string): number => statSync(file).size

const measure = async (shape: Shape): Promise<void> => {
  const all = tradesOf(shape, 1)
  const groups = await recorded(shape, all)
  const from = groups.findIndex(({ identities }) => identities.length > 0)
  const results = new Map<string, Array<Measured>>()
  const note = (name: string, measured: Measured) => results.set(name, [...(results.get(name) ?? []), measured])
  let memory = ""
  for (let round = 0; round < rounds; round++) {
    await inFolder(async (folder) => {
      const file = join(folder, "floor.db")
      await emptyStore(file)
      const db = floor.open(file)
      note("floor", perTrade(floor.write(db, groups, from), trades))
      db.close()
      note("the floor's own schedule", perTrade(await played(join(folder, "played.db"), shape, all), trades))
      const sizes = [bytesOf(join(folder, "played.db")), bytesOf(file)].map((size) => (size / 2 ** 20).toFixed(1))
      memory = `file ${sizes[0]} MiB, the floor's ${sizes[1]} MiB`
    })
    for (const { callers, limits, name } of lines.slice(0, Number(values.lines))) {
      await inFolder(async (folder) => {
        const done = await run(join(folder, "real.db"), shape, all, callers, limits)
        note(name, perTrade(done, trades))
        if (name === lines[0]?.name) memory += `; resident after it ${done.rssMiB.toFixed(0)} MiB`
      })
    }
  }
  print(results)
  console.log(memory)
}

const print = (results: ReadonlyMap<string, ReadonlyArray<Measured>>): void => {
  const of = (name: string, kind: keyof Measured) => median((results.get(name) ?? []).map((each) => each[kind]))
  console.log(`| ${"".padEnd(46)} | µs a trade | of the floor | processor µs | of the floor |`)
  console.log("|---|---|---|---|---|")
  for (const name of results.keys()) {
    const [wall, cpu] = [of(name, "wall"), of(name, "cpu")]
    const [wallShare, cpuShare] = [of("floor", "wall") / wall, of("floor", "cpu") / cpu]
    const cells = [wall.toFixed(1), wallShare.toFixed(2), cpu.toFixed(1), cpuShare.toFixed(2)]
    console.log(`| ${name.padEnd(46)} | ${cells.join(" | ")} |`)
  }
}

const shapes: ReadonlyArray<Shape> = [
  { trades, accounts: 8, instruments: 250, ids: "ordered", block: 100 },
  { trades, accounts: 8, instruments: 250, ids: "random", block: 100 },
  { trades, accounts: 200, instruments: 50, ids: "random", block: 100 }
]

console.log(
  `${cpus()[0]?.model ?? "?"}, ${cpus().length} processors, Node ${process.version}; ${trades} trades, ${rounds} rounds`
)
for (const shape of values.quick ? shapes.slice(1, 2) : shapes) {
  console.log(`\n${shape.accounts} accounts × ${shape.instruments} instruments, ${shape.ids} source ids`)
  await measure(shape)
}
