import Database from "better-sqlite3"
import { describe, expect, it } from "vitest"
import { desk } from "./roundlot.ts"

describe("tokens", () => {
  it("are made with a secret that is shown once, listed without it, and revoked", async () => {
    const { cli } = desk()
    const made = await cli("tokens", "create", "dana", "--role", "operate", "--expires", "30d", "--json")
    const [token = ""] = /rlt_[0-9a-f]+/.exec(made.out) ?? []
    expect(token).toMatch(/^rlt_[0-9a-f]{64}$/)
    const listed = await cli("tokens", "list", "--json")
    expect(JSON.parse(listed.out)).toMatchObject({ items: [{ name: "dana", role: "operate", status: "good" }] })
    expect(listed.out).not.toContain(token)
    expect((await cli("tokens", "create", "dana", "--role", "read")).err).toContain("there is one of this name")
    expect((await cli("tokens", "create", "no name", "--role", "read")).code).toBe(1)
    expect((await cli("tokens", "revoke", "dana")).out).toContain("void")
    expect((await cli("tokens", "list")).out).toMatch(/dana +operate +revoked/)
    expect((await cli("tokens", "revoke", "nobody")).err).toContain("there is no token 'nobody'")
  })
  it("whose rows were changed in the database are named by audit and doctor, and none is made or revoked beside them", async () => {
    const { cli, json, store } = desk()
    await cli("tokens", "create", "dana", "--role", "read")
    const db = new Database(store.slice("sqlite:".length))
    db.exec("UPDATE roundlot_tokens SET role = 'operate'")
    const difference = "role is operate, the journal gives read"
    const audited = Object(await json("audit"))
    expect(audited.findings).toMatchObject([{ where: "tokens dana", what: difference, account: "_store", seq: 1 }])
    expect(Object(await json("doctor")).checks).toContainEqual(
      expect.objectContaining({ check: "callers", ok: false, found: expect.stringContaining(difference) })
    )
    for (const act of [
      ["create", "eve", "--role", "read"],
      ["revoke", "dana"]
    ]) {
      expect(await cli("tokens", ...act)).toMatchObject({ code: 1, err: expect.stringContaining(difference) })
    }
    db.exec("UPDATE roundlot_tokens SET role = 'read'")
    db.close()
    expect((await cli("audit")).code).toBe(0)
    expect((await cli("tokens", "revoke", "dana")).code).toBe(0)
  })
})
