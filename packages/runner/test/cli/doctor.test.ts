import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { lyingProvider } from "../../../http/test/access/lyingProvider.ts"
import { buys, child, desk } from "./roundlot.ts"

const pathOf = (store: string): string => store.slice("sqlite:".length)

/** A store with an account and a filled order. */
const used = async () => {
  const made = desk()
  await made.cli("trades", "import", made.file("a.csv", buys(["a", "2"])))
  expect((await made.cli("start", "--until-idle")).code).toBe(0)
  return made
}

const finding = (check: string, found: unknown, ok = false) =>
  expect.objectContaining({ check, ok, found, remedy: ok ? null : expect.any(String) })

describe("doctor: what is wrong, and how to mend it", () => {
  it("a store in use is well in every respect, as text and as JSON", async () => {
    const { cli, json, store } = await used()
    const { code, out } = await cli("doctor")
    expect(code).toBe(0)
    expect(out).not.toContain("WARN")
    const { checks, ok } = Object(await json("doctor"))
    expect(ok).toBe(true)
    expect(checks.map(({ check }: { readonly check: string }) => check)).toEqual(
      expect.arrayContaining([
        "settings",
        "disk",
        "store",
        "integrity",
        "rights",
        "accounts",
        "clock",
        "trading",
        "breaks",
        "daemon",
        "broker"
      ])
    )
    expect(checks).toContainEqual(finding("store", expect.stringContaining(pathOf(store)), true))
  })

  it("no store: where it was looked for, and what makes one", async () => {
    const { cli, json } = desk()
    expect((await cli("doctor")).code).toBe(3)
    expect(Object(await json("doctor")).checks).toContainEqual(finding("store", expect.stringContaining("no store at")))
  })

  it("a halt, with who and why; rights that are too wide; an open break", async () => {
    const { cli, json, store } = await used()
    await cli("halt", "--reason", "lunch")
    chmodSync(pathOf(store), 0o644)
    const { checks } = Object(await json("doctor"))
    expect(checks).toContainEqual(finding("trading", "everything is halted by cli (lunch)"))
    expect(checks).toContainEqual(finding("rights", expect.stringContaining("other users")))
    expect((await cli("doctor")).code).toBe(3)
  })

  it("the provider that a team signs in with: whether it answers, and accounts of its groups that are not there", async () => {
    const { cli, file, json } = await used()
    const provider = await lyingProvider("roundlot")
    try {
      const roles = { desk: { role: "trade", accounts: ["paper"] }, ira: { role: "trade", accounts: ["ira"] } }
      let files = 0
      const of = (oidc: object) =>
        file(`team-${(files += 1)}.json`, JSON.stringify({ oidc: { clientId: "roundlot", roles, ...oidc } }))
      const asked = async (oidc: object) => Object(await json("doctor", "--config", of(oidc))).checks
      const checks = await asked({ issuer: provider.issuer, name: "Desk" })
      expect(checks).toContainEqual(
        finding("sign-in", `Desk answers at ${provider.issuer}; 2 groups have a role`, true)
      )
      expect(checks).toContainEqual(finding("sign-in", "oidc.roles.ira names account ira, which does not exist"))
      const secret = await asked({ issuer: provider.issuer, clientSecretFile: "none" })
      expect(secret).toContainEqual(finding("sign-in", `127.0.0.1 cannot be used at ${provider.issuer} (no_secret)`))
      const refused = [
        { issuer: "http://login.example.com" },
        { issuer: "https://login.example.com?x" },
        { issuer: provider.issuer, roles: {} },
        { issuer: provider.issuer, roles: { desk: { role: "propose" } } },
        { issuer: provider.issuer, clientSecret: "planted" }
      ]
      const said = await Promise.all(refused.map(async (oidc) => (await cli("doctor", "--config", of(oidc))).out))
      expect(said[0]).toContain("is not a valid issuer: use an https:// address, or http:// on this host")
      expect(said[1]).toContain("without a query")
      expect(said[2]).toContain("oidc.roles: names no group")
      expect(said[3]).toContain('oidc.roles.desk.role: is "propose", and may be "read" or "trade" or "operate"')
      expect(said[4]).toContain("oidc.clientSecret: is not known. Did you mean 'clientSecretFile'?")
    } finally {
      provider.close()
    }
  })

  it("a damaged file is not opened further; a configuration that cannot be read is named by its place", async () => {
    const { cli, file, json, store } = await used()
    const whole = readFileSync(pathOf(store))
    // Other files of the same names: the system ends a process whose memory is a file that was cut.
    for (const suffix of ["", "-wal", "-shm"]) {
      rmSync(`${pathOf(store)}${suffix}`, { force: true })
      writeFileSync(`${pathOf(store)}${suffix}`, suffix === "" ? whole.subarray(0, 8192) : "")
    }
    const { checks } = Object(await json("doctor"))
    expect(
      checks.some(
        ({ check, ok }: { readonly check: string; readonly ok: boolean }) =>
          !ok && ["store", "integrity"].includes(check)
      )
    ).toBe(true)
    const config = file("roundlot.json", '{ "accounts": { "a": { "lot": "0" } } }')
    const told = await cli("doctor", "--config", config)
    expect([told.code, told.out]).toEqual([3, expect.stringContaining("accounts.a.lot")])
  })

  it("a daemon that drives the store is named by its process", async () => {
    const { json, store } = desk()
    const daemon = child(["start", "--store", store])
    await daemon.says(/Running/)
    const { checks } = Object(await json("doctor"))
    expect(checks).toContainEqual(finding("daemon", expect.stringMatching(/process \d+ on .+ runs account/), true))
    daemon.signal("SIGTERM")
    expect((await daemon.ended).code).toBe(0)
  })
})

describe("logs", () => {
  it("one line an answer, with the ids of order, attempt, account and symbol: JSON where no terminal reads it", async () => {
    const { cli, file } = desk()
    await cli("trades", "import", file("a.csv", buys(["a", "2"])))
    const { err } = await cli("start", "--until-idle")
    const lines = err.split("\n").filter((line) => line.includes("order answered"))
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      message: "order answered",
      logLevel: "INFO",
      annotations: { order: "O1", attempt: "S1", account: "paper", symbol: "AAPL", answer: "Accepted" }
    })
  })

  it("as text, and only what is worse, where that is asked for", async () => {
    const { cli, file } = desk()
    await cli("trades", "import", file("a.csv", buys(["a", "2"])))
    const said = await cli("start", "--until-idle", "--log", "text")
    expect(said.err).toMatch(/level=INFO .*message="order answered" .*order=O1/)
    await cli("trades", "import", file("b.csv", buys(["b", "2"])))
    expect((await cli("start", "--until-idle", "--log-level", "error")).err).not.toContain("order answered")
  })
})
