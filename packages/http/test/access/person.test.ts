import { AccountName } from "@roundlot/core"
import { Either } from "effect"
import { describe, expect, it } from "vitest"
import type { oidcSettings } from "@roundlot/http/access"
import { type Claims, personOf, together } from "../../src/access/person.ts"

const [ira, main] = [AccountName.AccountName.make("ira"), AccountName.AccountName.make("main")]

const issuer = "https://login.example.com/realms/desk/"

const roles: ReadonlyMap<string, oidcSettings.Grant> = new Map([
  ["staff", { role: "read" }],
  ["ira", { role: "trade", accounts: [ira] }],
  ["main", { role: "trade", accounts: [main] }],
  ["ops", { role: "operate", accounts: [main] }]
])

const said = (claims: Claims) =>
  personOf(
    { groupsClaim: "groups", issuer, roles },
    { iss: issuer, sub: "f3a1", name: "Dana", groups: ["staff"], ...claims }
  )

const person = (claims: Claims) => Either.getOrThrow(said(claims))
const codeOf = (claims: Claims) => Either.merge(Either.mapLeft(said(claims), ({ code }) => code))

describe("a person whom a provider names", () => {
  it("is an actor by his provider and its identifier for him, whatever he is called and wherever he writes to", () => {
    const { name } = person({})
    expect(name).toBe("oidc:f3a1@login.example.com%2Frealms%2Fdesk")
    expect(person({ name: "Dana Again", email: "boss@example.com" }).name).toBe(name)
    expect(person({ sub: "f3a2" }).name).not.toBe(name)
    // Of two persons neither gets to be the other by the signs of the form.
    const [one, other] = [person({ sub: "a@b" }).name, person({ sub: "a%40b" }).name]
    expect([one, other]).toEqual([
      "oidc:a%40b@login.example.com%2Frealms%2Fdesk",
      "oidc:a%2540b@login.example.com%2Frealms%2Fdesk"
    ])
    // A key of an idempotent call follows the name and a slash.
    expect(person({ sub: "a/k-1" }).name).not.toContain("/")
  })

  it("is no one without an identifier of at most 255 signs that can be printed, or of another issuer", () => {
    for (const sub of [undefined, "", 7, "a b", "é", "a\n", "a".repeat(256)]) expect(codeOf({ sub })).toBe("no_subject")
    for (const iss of [
      undefined,
      "none",
      "https://login.example.com/realms/other",
      "https://login.example.com.evil.example/realms/desk"
    ])
      expect(codeOf({ iss })).toBe("other_issuer")
    expect(person({ iss: issuer.replace(/\/$/, "") }).issuer).toBe("https://login.example.com/realms/desk")
  })

  it("is called in one short line without signs that turn or hide a text", () => {
    const called = (name: unknown) => person({ name, preferred_username: "dana", email: "dana@example.com" }).person
    expect(called("  Dana\n\u202Egnp\u2066.x\u0000\u200B  Doe ")).toBe("Danagnp.x Doe")
    expect(called("😀".repeat(200))).toBe("😀".repeat(80))
    expect(called("x".repeat(1_000_000))).toHaveLength(80)
    for (const none of [undefined, "", " \u200B ", 7, ["x"]]) expect(called(none)).toBe("dana")
    expect(person({ name: undefined }).person).toBe("f3a1")
  })

  it("has of several groups the highest role, on the accounts of the groups that give it, and no right that no group gives", () => {
    const rights = (groups: ReadonlyArray<string>) => {
      const { accounts, role } = person({ groups })
      return [role, ...(accounts ?? ["all"])].join(" ")
    }
    expect(rights(["staff"])).toBe("read all")
    expect(rights(["staff", "ira"])).toBe("trade ira")
    expect(rights(["main", "ira", "unknown"])).toBe("trade ira main")
    expect(rights(["main", "ira", "staff", "ops"])).toBe("operate main")
    expect(together([{ role: "trade", accounts: [ira] }, { role: "trade" }])).toEqual({
      role: "trade",
      accounts: undefined
    })
    expect(together([])).toBeUndefined()
    expect(person({ groups: ["ops", "unknown"] }).groups).toEqual(["ops"])
  })
})
