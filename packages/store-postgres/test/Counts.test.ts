import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { asking, store } from "./place.ts"

/** So many commands, a second apart from a moment on. */
const commands = (name: string, count: number, from: string) =>
  `INSERT INTO roundlot_commands (id, account, answer, at, version)
   SELECT '${name}-' || n, 'main', '{}', timestamptz '${from}' + n * interval '1 second', 1 FROM generate_series(1, ${count}) AS n`

const MONDAY_US = Date.UTC(2026, 10, 23) * 1000

it.scopedLive(
  "beyond its bound a count is what the planner expects, and where that is too old to be true, the bound",
  () =>
    Effect.gen(function* () {
      const { repository, url } = yield* store()
      yield* asking(url, commands("sunday", 3000, "2026-11-22T00:00:00Z"), "ANALYZE roundlot_commands")
      const counted = (upTo: number, atLeast?: number) =>
        repository.count({
          table: "commands",
          anyOf: [atLeast === undefined ? [] : [{ column: "at", atLeast }]],
          upTo
        })
      assert.deepStrictEqual(yield* counted(5000), { kind: "exactly", rows: 3000 })
      assert.deepStrictEqual(yield* counted(100), { kind: "about", rows: 3000 })
      // Nobody has told the planner of Monday.
      yield* asking(url, commands("monday", 500, "2026-11-23T00:00:00Z"))
      assert.deepStrictEqual(yield* counted(100, MONDAY_US), { kind: "atLeast", rows: 100 })
      assert.deepStrictEqual(yield* counted(1000, MONDAY_US), { kind: "exactly", rows: 500 })
    })
)
