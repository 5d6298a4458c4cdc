import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type ColumnOf, factTables, type Row, tampered, unproven } from "./tampering.ts"

interface Attack {
  readonly what: string
  readonly on: (rows: ReadonlyArray<Row>) => ReadonlyArray<Row>
}

const other = (cell: Row[string], isNumber: boolean): Row[string] => {
  if (isNumber) return cell === 1 ? 0 : Number(cell) + 1000
  return cell === "changed" ? "changed again" : "changed"
}

/** A value changed in the first row, each in turn; that row taken away, and one more like it. */
const attacksOn = (
  table: string,
  columns: ReadonlyArray<ColumnOf>,
  [first = {}]: ReadonlyArray<Row>
): ReadonlyArray<Attack> => {
  const changed = columns.map(({ name, type }) => [name, other(first[name] ?? null, type === "INTEGER")] as const)
  const edits = changed.map(([column, cell]): Attack => ({
    what: `${table}.${column}`,
    on: ([row, ...rest]) => [{ ...row, [column]: cell }, ...rest]
  }))
  const another = Object.fromEntries(changed.slice(0, 1))
  return [
    ...edits,
    { what: `${table}: a row less`, on: ([, ...rest]) => rest },
    { what: `${table}: a row more`, on: (rows) => [...rows, { ...first, ...another }] }
  ]
}

describe("audit finds what was changed by hand in operational rows", () => {
  it.live(
    "each value, a row taken away and a row added, in every table but those that are named with a reason",
    () =>
      Effect.gen(function* () {
        const hand = yield* tampered
        const missed: Array<string> = []
        let tried = 0
        for (const table of hand.tables().filter((each) => !factTables.includes(each))) {
          const rows = hand.rows(table)
          if (unproven[table] !== undefined) continue
          if (rows.length === 0) return assert.fail(`nothing came up in ${table}`)
          for (const { on, what } of attacksOn(table, hand.columns(table), rows)) {
            tried += 1
            hand.replace(table, on(rows))
            if ((yield* hand.audited()).findings.length === 0) missed.push(what)
            hand.replace(table, rows)
          }
        }
        assert.deepStrictEqual(missed, [], `${missed.length} of ${tried} attacks are missed`)
        assert.deepStrictEqual((yield* hand.audited()).findings, [])
      }).pipe(Effect.scoped),
    300_000
  )
})
