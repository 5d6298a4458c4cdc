import { assert, describe, it } from "@effect/vitest"
import { Ddl, Dialect, Migrations } from "../src/index.ts"
import * as firstTables from "../src/migrations/firstTables.ts"

const first = { id: 1, name: `first_tables_${firstTables.fingerprint}` }

describe("the migrations that a database has had", () => {
  it("none, and ours in order, can be gone on from", () => {
    assert.isUndefined(Migrations.faultOf([]))
    assert.isUndefined(Migrations.faultOf([first]))
    assert.strictEqual(Migrations.newest, 1)
  })

  it("a newer one is from the future, and both versions are named", () => {
    const fault = Migrations.faultOf([first, { id: 2, name: "later" }])
    assert.strictEqual(fault?.problem, "from_the_future")
    assert.strictEqual(fault?.detail, "the store has version 2, and this Roundlot knows versions up to 1")
  })

  it("a gap, another name and another number are not ours", () => {
    assert.strictEqual(Migrations.faultOf([{ id: 1, name: "other" }])?.problem, "not_ours")
    assert.strictEqual(Migrations.faultOf([{ id: 0, name: "zeroth" }])?.problem, "not_ours")
    assert.include(Migrations.faultOf([{ id: 0, name: "zeroth" }, first])?.detail, `migration 0 is "zeroth"`)
  })

  it("tables of a build that was never released are refused with what to do", () => {
    for (const name of ["first_tables", "first_tables_00000000"]) {
      const fault = Migrations.faultOf([
        { id: 1, name },
        { id: 2, name: "leases" }
      ])
      assert.strictEqual(fault?.problem, "not_ours")
      assert.include(fault?.detail, `made by a build of Roundlot that was never released (migration 1 is "${name}"`)
      assert.include(fault?.remedy, "name an empty place")
    }
  })
})

describe("SYNC-13: the tables as they are described, and as the migrations make them", () => {
  const remedy = "until the first release: 'npm run freeze'; after it: a new migration"
  it("are equal", () => {
    assert.deepStrictEqual(firstTables.sqlite, Ddl.statements(Dialect.sqlite), remedy)
    assert.deepStrictEqual(firstTables.postgres, Ddl.statements(Dialect.postgres), remedy)
  })
})
