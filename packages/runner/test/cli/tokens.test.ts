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
})
