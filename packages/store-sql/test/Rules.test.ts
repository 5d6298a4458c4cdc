import { assert, describe, it } from "@effect/vitest"
import { Books } from "@roundlot/core/adapter"
import { Ddl, Rules, Statements } from "../src/index.ts"

/** What a row names when it is made, and never anew. */
const fixed = [
  "allocations.tradeId",
  "allocations.counterTradeId",
  "allocations.orderId",
  "allocations.counterOrderId",
  "fills.orderId",
  "held_reports.orderId",
  "orders.tradeId",
  "orders.decisionId",
  "trades.batchId"
]

const placeOf = (table: string, kind: string): number =>
  Statements.order.findIndex((each) => each.table === table && each.kind === kind)

describe("the rules of the tables", () => {
  it("speak of columns that are there, of the kinds that they are for", () => {
    for (const table of Object.values(Books.tables)) {
      const { indexes, positive, references, states, unsigned } = Rules.rules[table.name]
      const named = [
        ...[...positive, ...unsigned].map((column) => [column, "decimal"] as const),
        ...references.map((each) => [each.column, undefined] as const),
        ...indexes.flatMap((each) => each.columns.map((column) => [column, undefined] as const)),
        ...states.flatMap((each) =>
          [each.column, ...each.present, ...each.absent].map((column) => [column, undefined] as const)
        )
      ]
      for (const [column, kind] of named) {
        assert.isDefined(table.columns[column], `${table.name}.${column}`)
        if (kind !== undefined) assert.strictEqual(table.columns[column]?.kind, kind, `${table.name}.${column}`)
      }
      for (const { absent, column, in: values, present } of states) {
        for (const value of values)
          assert.include(table.columns[column]?.literals ?? [], value, `${table.name}.${column}`)
        for (const each of [...present, ...absent])
          assert.isTrue(table.columns[each]?.nullable, `${table.name}.${each}`)
      }
    }
  })

  it("a deferred reference begins an index of its own, so that no row that it may name reads the whole table", () => {
    for (const table of Object.values(Books.tables)) {
      for (const { column } of Rules.rules[table.name].references.filter((each) => each.deferred)) {
        assert.isTrue(
          Ddl.indexesOf(table).some((index) => index.columns[0] === column),
          `${table.name}.${column}`
        )
      }
    }
  })

  it("what a write names at once is written before it", () => {
    const early = Object.values(Books.tables).flatMap(({ name }) =>
      Rules.rules[name].references.flatMap((reference) =>
        (["inserts", "updates"] as const).flatMap((kind) => {
          const place = `${name}.${reference.column}`
          const isSettled = reference.deferred || (kind === "updates" && fixed.includes(place))
          return isSettled || placeOf(reference.table, "inserts") < placeOf(name, kind) ? [] : [`${place} in ${kind}`]
        })
      )
    )
    assert.deepStrictEqual(early, [])
  })

  it("FILL-7: every status of an order has a rule of its own", () => {
    const ruled = Rules.rules.orders.states.flatMap((each) => each.in)
    assert.sameMembers([...new Set(ruled)], [...(Books.tables.orders.columns["status"]?.literals ?? [])])
  })

  it("a row whose state lacks its column, or has one that it cannot have, is named", () => {
    const lot = { id: 4, status: "failed", reason: null, lotId: null }
    const missing = Rules.faultOf("trades", ["id"], lot)
    assert.strictEqual(
      missing?.message,
      "table trades, row 4, column reason: is missing, although status is failed. Audit the store to see what else differs."
    )
    assert.strictEqual(Rules.faultOf("trades", ["id"], { ...lot, reason: "TooOld", lotId: 3 })?.column, "lotId")
    assert.isUndefined(Rules.faultOf("trades", ["id"], { ...lot, reason: "TooOld" }))
  })
})
