import { PostgresStore } from "@roundlot/store-postgres"
import { Effect, Redacted } from "effect"
import { type Asked, atLeast, type Figure, median, noted, type Took } from "../measuring.ts"
import { type Group, play, type Playing } from "../schedule.ts"
import { type Shape, tradesOf, usual } from "../workload.ts"
import { type Databases, onServer, sumsOf } from "./database.ts"
import * as floor from "./floor.ts"
import { fewAndMany } from "./lists.ts"

/** How many trades a transaction takes in, and what is wanted of the floor at the same size. */
const SIZES = [
  { perGroup: 1000, goal: 0.8 },
  { perGroup: 100, goal: 0.7 }
] as const

/** Orders of others in a big database. */
const BIG = 100_000

/** One trade a transaction: how whoever writes no groups would do it. */
const ONE_BY_ONE = 300

const played = (url: string, shape: Shape, playing: Playing): Promise<Took> =>
  play(shape, tradesOf(shape, 1), { named: shape.desk ?? "bench", ...playing }).pipe(
    Effect.provide(PostgresStore.layer({ url: Redacted.make(url) })),
    Effect.scoped,
    Effect.runPromise
  )

/** What the store writes at this size; fails where the floor would not leave the very rows. */
export const recorded = async (
  { drop, fresh }: Databases,
  shape: Shape,
  perGroup: number,
  apart = false
): Promise<{ readonly prepared: ReadonlyArray<floor.Prepared>; readonly from: number }> => {
  const [real, bare] = [await fresh(), await fresh()]
  const groups: Array<Group> = []
  // A planning may be made twice: what was written is the last of a commit's.
  const wrote = (group: Group) => {
    if (groups.at(-1)?.commitId === group.commitId) groups.pop()
    groups.push(group)
  }
  await played(real, shape, { perGroup, apart, wrote })
  const prepared = floor.prepare(groups)
  await floor.write(bare, prepared, 0)
  const [wanted, found] = [await sumsOf(real), await sumsOf(bare)]
  for (const [table, { hash, rows }] of Object.entries(wanted)) {
    if (found[table]?.hash === hash) continue
    throw new Error(`the floor's ${table} are not the store's: ${found[table]?.rows ?? 0} rows where it has ${rows}`)
  }
  await drop(real)
  await drop(bare)
  return { prepared, from: groups.findIndex(({ identities }) => identities.length > 0) }
}

/** Microseconds a trade: by the clock, and of this process's processor time (the server's is not in it). */
interface Spent {
  readonly wall: number
  readonly cpu: number
}

const spentOf = ({ cpu, seconds }: Took, trades: number): Spent => ({
  wall: (seconds / trades) * 1e6,
  cpu: (cpu / trades) * 1e6
})

const middle = (all: ReadonlyArray<Spent>): Spent => ({
  wall: median(all.map(({ wall }) => wall)),
  cpu: median(all.map(({ cpu }) => cpu))
})

interface Sides {
  readonly bare: Spent
  readonly store: Spent
}

const told = ({ bare, store }: Sides): string =>
  `floor ${bare.wall.toFixed(0)} µs a trade, ${bare.cpu.toFixed(0)} of them this process's processor; store ${store.wall.toFixed(0)}, ${store.cpu.toFixed(0)}`

/** Floor and store by turns, each round on databases of their own: microseconds a trade. */
const sides = async (databases: Databases, shape: Shape, perGroup: number, rounds: number): Promise<Sides> => {
  const { from, prepared } = await recorded(databases, shape, perGroup)
  const bare: Array<Spent> = []
  const store: Array<Spent> = []
  for (let round = 0; round < rounds; round++) {
    const [one, two] = [await databases.fresh(), await databases.fresh()]
    bare.push(spentOf(await floor.write(one, prepared, from), shape.trades))
    store.push(spentOf(await played(two, shape, { perGroup }), shape.trades))
    await databases.drop(one)
    await databases.drop(two)
  }
  const found = { bare: middle(bare), store: middle(store) }
  console.error(`${perGroup} a group: ${told(found)}`)
  return found
}

/** Databases that begin with so many orders of others, and with statistics. */
const big = async (databases: Databases, asked: Asked): Promise<Databases> => {
  const { few, many } = await fewAndMany(databases, { ...asked, trades: asked.quick ? 20_000 : BIG })
  await databases.drop(few)
  return { ...databases, fresh: () => databases.copied(many) }
}

/** Intake with all that follows it, beside a program of bare `pg` that writes the same rows in groups of the same size. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  onServer(async (databases) => {
    const rounds = asked.rounds ?? (asked.quick ? 1 : 5)
    const shape = usual(asked.trades ?? (asked.quick ? 10_000 : 50_000))
    const figures: Array<Figure> = []
    const measured = new Map<string, Sides>()
    const grounds = [
      { ground: "new", on: databases, shape },
      { ground: "big", on: await big(databases, asked), shape: { ...shape, desk: "late" } }
    ]
    for (const { ground, on, shape } of grounds) {
      for (const { goal, perGroup } of SIZES) {
        const found = await sides(on, shape, perGroup, rounds)
        const line = `${perGroup} trades a group, in a ${ground} database`
        measured.set(`${ground} ${perGroup}`, found)
        figures.push(
          noted(line, told(found)),
          atLeast(`${line}, of the floor`, found.bare.wall / found.store.wall, goal)
        )
      }
    }
    const alone = await sides(databases, { ...shape, trades: Math.min(shape.trades, ONE_BY_ONE) }, 1, rounds)
    const grouped = measured.get(`new ${SIZES[0].perGroup}`)
    figures.push(
      noted("one trade a transaction", told(alone)),
      atLeast(
        "the store in groups, of a floor of one trade a transaction",
        alone.bare.wall / (grouped?.store.wall ?? Infinity),
        10
      )
    )
    return figures
  })
