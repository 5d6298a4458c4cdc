import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import process from "node:process"
import { seed } from "../../../core/test/properties.ts"
import { type ColumnOf, type Hand, type Row, tampered, unproven } from "./tampering.ts"

const ATTACKS = Number(process.env["ROUNDLOT_ATTACKS"] ?? (process.env["ROUNDLOT_TIER"] === "test" ? 20 : 150))

type Rows = ReadonlyArray<Row>

/** What is done by hand to the rows of a table: how it is named, and what stands there afterwards. */
interface Attack {
  readonly what: string
  readonly after: Rows
}

/** Chance as attacks ask for it: one of so many. */
type Chance = (below: number) => number

interface Target {
  readonly table: string
  readonly rows: Rows
  /** The columns that say which row it is. */
  readonly key: ReadonlyArray<string>
  readonly columns: ReadonlyArray<ColumnOf>
}

const targetOf = (hand: Hand, table: string): Target => {
  const columns = hand.columns(table)
  const key = columns.filter(({ pk }) => pk > 0).map(({ name }) => name)
  return { table, rows: hand.rows(table), key, columns }
}

const one = <A>(chance: Chance, all: ReadonlyArray<A>): A =>
  all[chance(all.length)] ?? assert.fail("nothing to choose from")

const isSame = (one: Row[string], other: Row[string]): boolean => String(one) === String(other)

/** Another value for a cell: one of another row where there is one, which fits better than any that is made up. */
const otherCell = (chance: Chance, { rows }: Target, row: Row, { name, type }: ColumnOf): Row[string] => {
  const cell = row[name] ?? null
  const others = rows.map((each) => each[name] ?? null).filter((each) => !isSame(each, cell))
  if (others.length > 0) return others[chance(others.length)] ?? null
  if (type === "INTEGER") return cell === 1 ? 0 : Number(cell) + 1000
  if (type === "BLOB") return Buffer.from("changed")
  return cell === "changed" ? "changed again" : "changed"
}

const put = (rows: Rows, row: Row, by: Row): Rows => rows.map((each) => (each === row ? by : each))

const named = ({ key }: Target, row: Row): string => key.map((column) => String(row[column])).join("/")

const edit = (chance: Chance, target: Target): Attack => {
  const row = one(chance, target.rows)
  const column = one(chance, target.columns)
  const cell = otherCell(chance, target, row, column)
  const changed = { ...row, [column.name]: cell }
  return { what: `${column.name} of ${named(target, row)} is ${String(cell)}`, after: put(target.rows, row, changed) }
}

const deletion = (chance: Chance, target: Target): Attack => {
  const row = one(chance, target.rows)
  return { what: `${named(target, row)} is gone`, after: target.rows.filter((each) => each !== row) }
}

const insertion = (chance: Chance, target: Target): Attack => {
  const row = one(chance, target.rows)
  const column = one(chance, target.key)
  const taken = target.rows.map((each) => Number(each[column]))
  const next = typeof row[column] === "number" ? Math.max(...taken) + 1 : "elsewhere"
  return {
    what: `a second ${named(target, row)} by ${column}`,
    after: [...target.rows, { ...row, [column]: next }]
  }
}

const only = (row: Row, columns: ReadonlyArray<string>): Row =>
  Object.fromEntries(columns.map((column) => [column, row[column] ?? null]))

/** Two rows change places, or the values of one column. */
const swap = (chance: Chance, target: Target): Attack => {
  const row = one(chance, target.rows)
  const others = target.rows.filter((each) => each !== row)
  if (others.length === 0) return deletion(chance, target)
  const other = one(chance, others)
  const columns = chance(2) === 0 ? target.key : [one(chance, target.columns).name]
  const after = put(put(target.rows, row, { ...row, ...only(other, columns) }), other, {
    ...other,
    ...only(row, columns)
  })
  return { what: `${named(target, row)} and ${named(target, other)} changed their ${columns.join(", ")}`, after }
}

const kinds = [edit, deletion, insertion, swap]

const texts = (rows: Rows) => rows.map((row) => JSON.stringify(row)).toSorted()

/** Does the database itself take it: no key comes twice? */
const isPossible = (target: Target, { after }: Attack): boolean =>
  new Set(after.map((row) => named(target, row))).size === after.length

const isNothing = ({ rows }: Target, { after }: Attack): boolean =>
  JSON.stringify(texts(rows)) === JSON.stringify(texts(after))

const chanceOf = (from: number): Chance => {
  const next = fc.sample(fc.nat(), { numRuns: ATTACKS * 40, seed: from }).values()
  return (below) => (next.next().value ?? 0) % below
}

describe("audit finds what was done by hand to any table", () => {
  it.live(
    `${ATTACKS} random edits, deletions, insertions and swaps over all tables and the log`,
    () =>
      Effect.gen(function* () {
        const hand = yield* tampered
        const tables = hand.tables()
        assert.deepStrictEqual(
          Object.keys(unproven).filter((table) => !tables.includes(table)),
          []
        )
        const attacked = tables.filter((table) => unproven[table] === undefined)
        assert.deepStrictEqual(
          attacked.filter((table) => hand.rows(table).length === 0),
          [],
          "nothing came up there"
        )
        const chance = chanceOf(seed)
        const missed: Array<string> = []
        for (let tried = 0; tried < ATTACKS;) {
          const target = targetOf(hand, attacked[tried % attacked.length] ?? "")
          const attack = one(chance, kinds)(chance, target)
          if (isNothing(target, attack) || !isPossible(target, attack)) continue
          tried += 1
          hand.replace(target.table, attack.after)
          const { findings } = yield* hand.audited()
          hand.replace(target.table, target.rows)
          if (findings.length === 0) missed.push(`${target.table}: ${attack.what}`)
        }
        assert.deepStrictEqual(missed, [])
        assert.deepStrictEqual((yield* hand.audited()).findings, [])
      }).pipe(Effect.scoped),
    300_000
  )
})
