import { Sqlite } from "@roundlot/sqlite"
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
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
    expect((await cli("tokens", "create", "dana", "--role", "read")).err).toContain("the name is or was in use")
    expect((await cli("tokens", "create", "no name", "--role", "read")).code).toBe(1)
    expect((await cli("tokens", "revoke", "dana")).out).toContain("revoked")
    expect((await cli("tokens", "list")).out).toMatch(/dana +operate +revoked/)
    expect((await cli("tokens", "revoke", "nobody")).err).toContain("token 'nobody' does not exist")
  })
  it("are rotated with a secret that is shown once: the old one is void, or good until the overlap ends", async () => {
    const place = desk()
    const daemon = await served(place)
    const first = secretIn(tokenFile(place))
    const rotated = await place.cli("tokens", "rotate", "operator", "--overlap", "1h")
    const second = SECRET.exec(rotated.out)?.[0]
    expect(rotated.out).toMatch(/New secret of operator, shown once: .* The old one is valid until 20/)
    expect([await daemon.halt(first), await daemon.halt(second)]).toEqual([200, 200])
    // What links are made with on this machine is the new one.
    expect([secretIn(tokenFile(place)), modeOf(tokenFile(place))]).toEqual([second, 0o600])
    const again = await place.json("tokens", "rotate", "operator")
    expect(again).toMatchObject({ name: "operator", status: "good", previousUntil: null })
    const { token: third } = Object(again)
    expect([await daemon.halt(first), await daemon.halt(second), await daemon.halt(third)]).toEqual([401, 401, 200])
    expect((await place.cli("tokens", "link")).out).toMatch(LINK)
    expect(await place.cli("tokens", "rotate", "nobody")).toMatchObject({ code: 1 })
    await place.cli("tokens", "create", "dana", "--role", "read")
    await place.cli("tokens", "revoke", "dana")
    expect((await place.cli("tokens", "rotate", "dana")).err).toContain("token 'dana' is revoked")
    expect(secretIn(tokenFile(place))).toBe(third)
    expect((await place.cli("audit")).code).toBe(0)
  })
  it("are created and revoked over the API; their secrets are in no file of the store and in no line", async () => {
    const place = desk()
    const daemon = await served(place, { flags: ["--log-level", "debug"] })
    const secret = secretIn(tokenFile(place))
    const made = await daemon.post("/api/v1/tokens", secret, { name: "dana", role: "operate", secret })
    expect(made).toMatchObject({ name: "dana", createdBy: "operator", token: expect.stringMatching(SECRET) })
    expect(await daemon.halt(made.token)).toBe(200)
    expect(await daemon.post("/api/v1/tokens/dana/revoke", secret, { secret })).toMatchObject({ status: "revoked" })
    expect(await daemon.halt(made.token)).toBe(401)
    expect((await place.cli("audit")).code).toBe(0)
    await daemon.end()
    const files = readdirSync(place.folder, { recursive: true, encoding: "utf8" })
      .map((name) => join(place.folder, name))
      .filter((file) => statSync(file).isFile() && file !== tokenFile(place))
    expect(files.length).toBeGreaterThan(0)
    for (const hidden of [secret, made.token]) {
      expect(files.filter((file) => readFileSync(file).includes(hidden))).toEqual([])
      expect(daemon.said()).not.toContain(hidden)
    }
  })
  it("are bound to the accounts that are said, each by a flag of its own", async () => {
    const { cli, json } = desk()
    for (const name of ["ira", "roth"]) await cli("accounts", "add", name, "--broker", "paper")
    const made = await cli("tokens", "create", "sam", "--account", "ira", "--role", "trade", "--account=roth")
    expect(made).toMatchObject({ code: 0, out: expect.stringContaining("bound to ira, roth") })
    expect(await json("tokens", "list")).toMatchObject({ items: [{ name: "sam", accounts: ["ira", "roth"] }] })
  })
  it("whose rows were changed in the database are named by audit and doctor, and none is made or revoked beside them", async () => {
    const { cli, json, store } = desk()
    await cli("tokens", "create", "dana", "--role", "read")
    const db = Sqlite.open(store.slice("sqlite:".length))
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

const SECRET = /rlt_[0-9a-f]{64}/
const LINK = /http:\/\/127\.0\.0\.1:\d+\/sign-in#code=([0-9a-f]{32})/

type Desk = ReturnType<typeof desk>

/** A daemon that serves the store of a desk, at a terminal or not, and what asks it something. */
const served = async (
  { begin, place }: Desk,
  { flags = [], isTerminal = false }: { readonly flags?: ReadonlyArray<string>; readonly isTerminal?: boolean } = {}
) => {
  const daemon = begin(["start", "--port", "0", ...flags, ...place], {}, undefined, isTerminal)
  onTestFinished(() => daemon.end())
  await daemon.says(/Running/)
  const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(daemon.said()) ?? []
  const asked = async (path: string, headers: Readonly<Record<string, string>>, body?: unknown) =>
    fetch(`${url}${path}`, {
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) })
    })
  return {
    said: daemon.said,
    end: async () => {
      daemon.end()
      return (await daemon.ended).code
    },
    halt: async (token?: string) =>
      (
        await asked("/api/v1/controls/halt", token === undefined ? {} : { authorization: `Bearer ${token}` }, {
          reason: "a test"
        })
      ).status,
    post: async (path: string, secret: string, body: object) => {
      const headers = { authorization: `Bearer ${secret}`, "idempotency-key": "once" }
      return Object(await (await asked(path, headers, body)).json())
    },
    signIn: async (code = "") => (await asked("/api/v1/session", { origin: url }, { code })).status
  }
}

const tokenFile = ({ folder }: Desk): string => join(folder, "books.operator.token")
const daemonFile = ({ folder }: Desk): string => join(folder, "books.daemon.json")

const modeOf = (file: string): number => statSync(file).mode & 0o777

const secretIn = (file: string): string => SECRET.exec(readFileSync(file, "utf8"))?.[0] ?? "none"

const codeIn = (text: string): string => LINK.exec(text)?.[1] ?? "none"

const checksOf = async (place: Desk) => Object(await place.json("doctor")).checks

describe("the first start that serves a store", () => {
  it("locks it: the operator's token is in a file that its owner alone reads, an entry of the journal, and in no line that is kept", async () => {
    const place = desk()
    const daemon = await served(place)
    expect(daemon.said()).toContain(`Operator token: kept in ${tokenFile(place)}, readable by its owner only.`)
    expect(daemon.said()).not.toMatch(/rlt_|code=/)
    expect([modeOf(tokenFile(place)), modeOf(daemonFile(place))]).toEqual([0o600, 0o600])
    const secret = secretIn(tokenFile(place))
    expect([await daemon.halt(), await daemon.halt("rlt_wrong"), await daemon.halt(secret)]).toEqual([401, 401, 200])
    expect(await place.json("tokens", "list")).toMatchObject({
      items: [{ name: "operator", role: "operate", createdBy: "roundlot start", expiresAt: null }]
    })
    expect((await place.cli("audit")).code).toBe(0)
    expect(await checksOf(place)).toContainEqual(
      expect.objectContaining({ check: "access", ok: true, found: expect.stringContaining("requires tokens") })
    )
    expect(await daemon.end()).toBe(0)
    expect(existsSync(daemonFile(place))).toBe(false)
  })

  it("at a terminal shows the secret and a link, which signs in once; a later start shows a new link alone", async () => {
    const place = desk()
    const first = await served(place, { isTerminal: true })
    expect(SECRET.exec(first.said())?.[0]).toBe(secretIn(tokenFile(place)))
    const code = codeIn(first.said())
    expect([await first.signIn(code), await first.signIn(code)]).toEqual([204, 401])
    await first.end()
    const later = await served(place, { isTerminal: true })
    expect(later.said()).not.toMatch(SECRET)
    expect([await later.signIn(code), await later.signIn(codeIn(later.said()))]).toEqual([401, 204])
  })

  it("makes none for what serves nothing, and none for who chose --open", async () => {
    const place = desk()
    await place.cli("start", "--until-idle")
    const open = await served(place, { flags: ["--open"] })
    expect(existsSync(tokenFile(place))).toBe(false)
    expect(await place.json("tokens", "list")).toMatchObject({ items: [] })
    expect(open.said()).toMatch(/^Open \(--open\): every process and user of this host may operate without a token/m)
    const warned = open
      .said()
      .split("\n")
      .filter((line) => line.includes('"logLevel":"WARN"'))
    expect(warned).toEqual([expect.stringContaining('"message":"Open (--open)')])
    expect(await open.halt()).toBe(200)
    expect(await checksOf(place)).toContainEqual(
      expect.objectContaining({ check: "access", ok: false, found: expect.stringContaining("with --open") })
    )
    await open.end()
    const locked = await served(place)
    expect([await locked.halt(), await locked.halt(secretIn(tokenFile(place)))]).toEqual([401, 200])
  })

  it("goes on where the secret cannot be kept: nobody is let in until somebody makes a token", async () => {
    const place = desk()
    mkdirSync(tokenFile(place))
    const daemon = await served(place)
    expect(daemon.said()).toContain("books.operator.token cannot be written")
    expect(await daemon.halt()).toBe(401)
    const made = await place.cli("tokens", "create", "dana", "--role", "operate")
    expect(await daemon.halt(SECRET.exec(made.out)?.[0])).toBe(200)
  })
})

describe("a store whose tokens were made once", () => {
  it("is closed, and stays so over a start, when all are revoked", async () => {
    const place = desk()
    const first = await served(place)
    const secret = secretIn(tokenFile(place))
    await place.cli("tokens", "revoke", "operator")
    expect([await first.halt(), await first.halt(secret)]).toEqual([401, 401])
    await first.end()
    const later = await served(place, { isTerminal: true })
    expect(later.said()).not.toMatch(/Operator token|code=/)
    expect([await later.halt(), await later.halt(secret)]).toEqual([401, 401])
    expect(Object(await place.json("tokens", "list")).items).toHaveLength(1)
  })

  it("is closed to all at once when their rows are deleted under a running daemon, and over a start", async () => {
    const place = desk()
    const daemon = await served(place)
    const secret = secretIn(tokenFile(place))
    expect(await daemon.halt(secret)).toBe(200)
    const db = Sqlite.open(place.store.slice("sqlite:".length))
    db.exec("DELETE FROM roundlot_tokens")
    db.close()
    expect([await daemon.halt(), await daemon.halt(secret)]).toEqual([503, 503])
    await daemon.end()
    const later = await served(place)
    expect(later.said()).toContain("the API tokens do not agree with the journal")
    expect([await later.halt(), await later.halt(secret)]).toEqual([503, 503])
  })
})

describe("tokens link", () => {
  it("asks the daemon that serves the store, with the file's token, for a link that works once", async () => {
    const place = desk()
    const daemon = await served(place)
    const { code, out } = await place.cli("tokens", "link")
    expect([code, out]).toEqual([0, expect.stringMatching(LINK)])
    expect([await daemon.signIn(codeIn(out)), await daemon.signIn(codeIn(out))]).toEqual([204, 401])
    expect(await place.json("tokens", "link")).toMatchObject({ url: expect.stringMatching(LINK) })
    expect(daemon.said()).not.toMatch(/rlt_|code=/)
  })

  it("says what is missing: a daemon, a token, a token that is good", async () => {
    const place = desk()
    expect((await place.cli("tokens", "link")).err).toContain("no daemon serves this store")
    await served(place, { flags: ["--open"] })
    expect((await place.cli("tokens", "link")).err).toContain(`there is no operator token at ${tokenFile(place)}`)
    const other = desk()
    await served(other)
    await other.cli("tokens", "revoke", "operator")
    expect(await other.cli("tokens", "link")).toMatchObject({ code: 1, err: expect.stringContaining("revoked") })
  })

  it("sends no token that others of the machine can read, which doctor names", async () => {
    const place = desk()
    await served(place)
    chmodSync(tokenFile(place), 0o640)
    const problem = `${tokenFile(place)} can be read or written by others`
    expect(await place.cli("tokens", "link")).toMatchObject({ code: 1, err: expect.stringContaining(problem) })
    expect(await checksOf(place)).toContainEqual(
      expect.objectContaining({ check: "token", ok: false, found: expect.stringContaining(problem) })
    )
    chmodSync(tokenFile(place), 0o600)
    chmodSync(daemonFile(place), 0o666)
    expect((await place.cli("tokens", "link")).err).toContain("no daemon serves this store")
  })
})
