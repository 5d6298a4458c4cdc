import { copyFileSync } from "node:fs"
import { join } from "node:path"
import { run } from "./engine.ts"
import { commitsOf, fill, filledIn, MANY } from "./fill.ts"
import * as floor from "./floor.ts"
import { type Asked, atMost, type Figure, inFolder, median, noted, type Took } from "./measuring.ts"
import { played } from "./played.ts"
import type { Group } from "./schedule.ts"
import { type Shape, tradesOf, usual } from "./workload.ts"

/** How many trades a store has that has few. */
const FEW = 50_000
const LOTS_STANDING = 100_000
/** More than any position of a run comes to: nothing is ordered, and every lot stays until one of the other side comes. */
const NEVER_DUE = "1000000"

const batchOf = ({ quick }: Asked): number => (quick ? 10_000 : 20_000)

/** Copies of one store, on which floor, schedule and engine go on side by side. */
interface Side {
  readonly name: string
  readonly shape: Shape
  readonly bare: string
  readonly real: string
  readonly engine: string
}

const sideOf = (folder: string, name: string, filled: string, shape: Shape): Side => {
  const [bare, real, engine] = ["bare", "real", "engine"].map((kind) => join(folder, `${name}-${kind}.db`))
  if (bare === undefined || real === undefined || engine === undefined) throw new Error("a side has three files")
  for (const file of [bare, real, engine]) copyFileSync(filled, file)
  return { name, shape, bare, real, engine }
}

interface Round {
  readonly floor: Took
  readonly schedule: Took
  readonly engine: Took
}

const CALLERS = { callers: 10, chunk: 100 }

/** Takes the next trades in on all three copies. */
const round = async ({ bare, engine, real, shape }: Side, seed: number): Promise<Round> => {
  const trades = tradesOf(shape, seed)
  const groups: Array<Group> = []
  const after = commitsOf(real)
  const schedule = await played(real, shape, trades, { after, wrote: (group) => groups.push(group) })
  const db = floor.open(bare)
  // Brings into memory what the real store has there after opening.
  db.prepare("SELECT count(*) FROM roundlot_positions").get()
  const bareTook = floor.write(db, groups, 0)
  db.close()
  return { floor: bareTook, schedule, engine: await run({ file: engine, shape }, trades, CALLERS) }
}

const medianOf = (rounds: ReadonlyArray<Round>, part: keyof Round, kind: keyof Took): number =>
  median(rounds.map((each) => each[part][kind] / each.floor[kind]))

const figuresOf = (words: string, many: ReadonlyArray<Round>, few: ReadonlyArray<Round>): ReadonlyArray<Figure> =>
  (["schedule", "engine"] as const).flatMap((part) => {
    const [grown, before] = [medianOf(many, part, "cpu"), medianOf(few, part, "cpu")]
    const name = part === "schedule" ? "the floor's schedule" : "10 callers, chunks of 100"
    const clock = medianOf(many, part, "seconds") / medianOf(few, part, "seconds")
    return [
      atMost(`${words}, ${name}: processor time, both relative to the floor`, grown / before, 1.2, "×"),
      noted(
        `the same by the clock; times the floor's processor time`,
        `${clock.toFixed(2)}×; ${grown.toFixed(2)} against ${before.toFixed(2)}`
      )
    ]
  })

const spent = (name: string, rounds: ReadonlyArray<Round>, trades: number): Figure => {
  const each = (part: keyof Round) => ((median(rounds.map((one) => one[part].cpu)) / trades) * 1e6).toFixed(0)
  const words = `processor µs a trade: floor, schedule, engine, at ${name}`
  return noted(words, `${each("floor")}, ${each("schedule")}, ${each("engine")}`)
}

/** Takes batch after batch in, on all sides in turns. */
const compared = async (asked: Asked, sides: ReadonlyArray<Side>): Promise<(name: string) => ReadonlyArray<Round>> => {
  const results = new Map<string, Array<Round>>(sides.map(({ name }) => [name, []]))
  for (let i = 0; i < (asked.rounds ?? (asked.quick ? 2 : 5)); i++) {
    for (const side of sides) results.get(side.name)?.push(await round(side, 2 + i))
  }
  return (name) => results.get(name) ?? []
}

/** What a trade costs where many are stored, beside a store with few. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, async (folder) => {
    const shape = usual(batchOf(asked))
    const few = join(folder, "few.db")
    await fill(few, FEW)
    const filled = await filledIn(folder, asked)
    const sides = [sideOf(folder, "few", few, shape), sideOf(folder, "many", filled, shape)]
    const of = await compared(asked, sides)
    const many = (asked.trades ?? MANY).toLocaleString("en")
    return [
      ...figuresOf(`a trade at ${many} stored, of one at 50,000`, of("many"), of("few")),
      spent("50,000 stored", of("few"), shape.trades),
      spent(`${many} stored`, of("many"), shape.trades)
    ]
  })

/** What a trade costs beside many open lots, and beside few. */
export const measureLots = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, async (folder) => {
    const shape: Shape = { ...usual(batchOf(asked)), threshold: NEVER_DUE }
    const [lots, none] = [join(folder, "lots.db"), join(folder, "none.db")]
    const standing = asked.trades ?? LOTS_STANDING
    await fill(lots, standing, { ...shape, buys: 1 })
    await fill(none, shape.trades, shape)
    const of = await compared(asked, [sideOf(folder, "lots", lots, shape), sideOf(folder, "none", none, shape)])
    const words = `${standing.toLocaleString("en")} open lots`
    return [
      ...figuresOf(`a trade beside ${words}, of one beside few`, of("lots"), of("none")),
      spent(words, of("lots"), shape.trades),
      spent("few open lots", of("none"), shape.trades)
    ]
  })
