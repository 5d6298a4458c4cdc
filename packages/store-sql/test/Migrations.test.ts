import { assert, describe, it } from "@effect/vitest"
import { Migrations } from "../src/index.ts"

const first = { id: 1, name: "first_tables" }
const second = { id: 2, name: "leases" }

describe("the migrations that a database has had", () => {
  it("none, and ours in order, can be gone on from", () => {
    assert.isUndefined(Migrations.faultOf([]))
    assert.isUndefined(Migrations.faultOf([first]))
    assert.isUndefined(Migrations.faultOf([first, second]))
    assert.strictEqual(Migrations.newest, 2)
  })

  it("a newer one is from the future, and both versions are named", () => {
    const fault = Migrations.faultOf([first, second, { id: 3, name: "later" }])
    assert.strictEqual(fault?.problem, "from_the_future")
    assert.strictEqual(fault?.detail, "the store has version 3, and this Roundlot knows versions up to 2")
  })

  it("a gap, another name and another number are not ours", () => {
    assert.strictEqual(Migrations.faultOf([{ id: 1, name: "other" }])?.problem, "not_ours")
    assert.strictEqual(Migrations.faultOf([{ id: 0, name: "zeroth" }])?.problem, "not_ours")
    assert.include(Migrations.faultOf([{ id: 0, name: "zeroth" }, first])?.detail, `migration 0 is "zeroth"`)
  })
})
