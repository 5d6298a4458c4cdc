import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as scene from "../views/scene.ts"
import { ask, books, json, serving } from "./serving.ts"

/** A page of whatever list: rows are told apart by all that they say. */
const Page = Schema.Struct({ items: Schema.Array(Schema.Unknown), nextCursor: Schema.NullOr(Schema.String) })

const Named = Schema.Struct({ id: Schema.String })
const isNamed = Schema.is(Named)

const nameOf = (row: unknown): string => (isNamed(row) ? row.id : JSON.stringify(row))

const page = (port: number, path: string) =>
  Effect.flatMap(ask(port, path), (told) => Schema.decodeUnknown(Page)(json(told)))

let arrived = 0

/** Rows of every list come: a trade, its order, its allocation, their entries, and a batch. */
const arrive = (port: number) =>
  Effect.gen(function* () {
    arrived += 1
    yield* scene.trade(`late-${arrived}`, "buy", "1", "MSFT")
    const rows = [{ source_id: `late-row-${arrived}`, symbol: "AAPL", side: "buy", quantity: "1" }]
    const body = { name: `late ${arrived}`, mode: "execute", rows }
    assert.strictEqual((yield* ask(port, "/api/v1/batches", { method: "POST", body })).status, 200)
  })

/** A list that is read: what it had in the beginning, what was read of it, and what the next page is asked with; null at its end. */
interface Reading {
  readonly path: string
  readonly before: ReadonlyArray<string>
  readonly names: ReadonlyArray<string>
  readonly after: string | null
}

const begin = (port: number, path: string) =>
  Effect.map(page(port, `${path}&limit=1000`), ({ items }): Reading => ({
    path,
    before: items.map(nameOf),
    names: [],
    after: ""
  }))

const readOn = (port: number, reading: Reading) =>
  reading.after === null
    ? Effect.succeed(reading)
    : Effect.map(page(port, `${reading.path}&limit=3${reading.after}`), ({ items, nextCursor }): Reading => ({
        ...reading,
        names: [...reading.names, ...items.map(nameOf)],
        after: nextCursor === null ? null : `&cursor=${nextCursor}`
      }))

/** So often rows come; after that the oldest first comes to its end too. */
const ARRIVALS = 7

const lists = [
  ...["oldest", "newest"].flatMap((order) =>
    ["trades", "orders", "allocations", "journal", "batches", "jobs"].map((list) => `/api/v1/${list}?order=${order}`)
  ),
  ...["oldest", "newest"].flatMap((order) =>
    ["trades?sort=date", "trades?sort=status", "orders?sort=status", "batches?sort=date", "batches?sort=size"].map(
      (list) => `/api/v1/${list}&order=${order}`
    )
  )
]

describe("a list that is read page by page while rows arrive", () => {
  it.scopedLive("BAT-9: repeats none, and has every row that was there from the beginning, once", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      for (let n = 0; n < 3; n++) yield* arrive(port)
      let all = yield* Effect.forEach(lists, (path) => begin(port, path))
      while (all.some(({ after }) => after !== null)) {
        all = yield* Effect.forEach(all, (each) => readOn(port, each))
        if (arrived < ARRIVALS) yield* arrive(port)
      }
      for (const { before, names, path } of all) {
        assert.strictEqual(new Set(names).size, names.length, `${path} repeats: ${names.join(" ")}`)
        assert.deepStrictEqual(
          before.filter((each) => !names.includes(each)),
          [],
          `${path} skips`
        )
        assert.isAtLeast(before.length, path.includes("jobs") ? 0 : 2, path)
      }
    }).pipe(Effect.provide(books))
  )
})
