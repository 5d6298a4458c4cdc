import { readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { child, desk, HEADER, until } from "./roundlot.ts"

const AT = "2026-01-02T15:00:00Z"
const FAILING = [HEADER, `b1,${AT},KO,buy,1,60`, `b2,${AT},KO,hold,1,60`, `b3,${AT},KO,buy,nothing,60`, ""].join("\n")

describe("roundlot status", () => {
  it("is well where nothing needs a person, and says that nothing is set up, or what is halted", async () => {
    const { cli, json } = desk()
    await cli("accounts", "add", "paper")
    expect(await cli("status")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Healthy\.\nNo account is trading/)
    })
    await cli("halt", "--account", "paper", "--reason", "news")
    expect(await cli("status")).toMatchObject({ code: 3, out: expect.stringMatching(/^paper is halted: /) })
    expect(await json("status")).toMatchObject({ overall: "restricted", cases: 0, daemon: null })
    await cli("trades", "add", "--symbol", "KO", "--side", "buy", "--quantity", "1", "--price", "60")
    expect((await cli("status")).out).toMatch(
      /^Pending work for paper, but no daemon runs it: .*\nTrading is restricted: paper is halted: 'roundlot controls show'\.\n/
    )
  })

  it("is not well once a batch has ended with failed rows, until somebody has looked at it", async () => {
    const { cli, file, json } = desk()
    await cli("accounts", "add", "paper")
    await cli("batches", "submit", "--mode", "execute", file("rows.csv", FAILING), "--name", "Morning")
    await cli("start", "--until-idle", "--account", "paper")
    const found = {
      id: "G1",
      kind: "batch",
      recommended: { resolution: "retry" },
      what: "2 of 3 rows of Morning failed"
    }
    expect(await json("cases", "list")).toMatchObject({ items: [found] })
    expect(await cli("status")).toMatchObject({ code: 3, out: expect.stringMatching(/^Trading, with 1 case open: /) })
    await cli("cases", "note", "G1", "--reason", "the desk sends them again")
    expect(await json("cases", "list")).toMatchObject({ items: [found] })
    expect((await cli("cases", "acknowledge", "G1", "--reason", "seen")).code).toBe(0)
    expect(await json("cases", "list")).toMatchObject({ items: [] })
    expect((await cli("status")).code).toBe(0)
    expect(await json("audit")).toMatchObject({ ok: true })
  })

  it("counts a rejected order of a batch with its batch, one of a decision not, and any other as a case of its own", async () => {
    const { cli, file, json, price } = desk()
    await price("KO")
    await cli("accounts", "add", "paper")
    for (const id of ["one", "two", "three"])
      await cli(
        "exchange",
        "instruct",
        JSON.stringify({ id, when: { symbol: "KO" }, do: { reject: { class: "final" } } })
      )
    await cli(
      "batches",
      "submit",
      file("rows.csv", [HEADER, `b1,${AT},KO,buy,1,60`, ""].join("\n")),
      "--name",
      "Morning",
      "--mode",
      "execute"
    )
    await cli("start", "--until-idle", "--account", "paper")
    await cli("decide", "--symbol", "KO", "--side", "buy", "--quantity", "1")
    await cli("trades", "add", "--symbol", "KO", "--side", "buy", "--quantity", "1", "--direct")
    await cli("start", "--until-idle", "--account", "paper")
    expect(await json("orders", "list")).toMatchObject({
      items: Array.from({ length: 3 }, () => ({ status: "rejected" }))
    })
    const kinds = [
      { id: "G1", kind: "batch" },
      { id: "O3", kind: "failed_order" }
    ]
    expect(await json("cases", "list")).toMatchObject({ items: kinds })
    expect(await json("status")).toMatchObject({ overall: "cases", cases: 2 })
  })

  it("G: counts breaks of one cause as one case, once one of them has stood for 5 s; the list of breaks has each from its first moment", async () => {
    const { cli, json } = desk()
    const add = (id: string, quantity: string) =>
      cli("trades", "add", "--id", id, "--symbol", "KO", "--side", "buy", "--quantity", quantity, "--price", "60")
    for (const id of ["t-1", "t-2"]) {
      await add(id, "0.1")
      // Its second delivery has other contents.
      await add(id, "0.2")
    }
    const listed = await json("breaks", "list", "--status", "open", "--kind", "Conflict", "--order", "oldest")
    expect(listed).toMatchObject({ items: [{ id: "B1" }, { id: "B2" }] })
    const [{ openedAt }] = Object(listed).items
    expect(await json("cases", "list", "--as-of", openedAt)).toMatchObject({ items: [] })
    await until(async () => Object(await json("cases", "list")).items.length > 0)
    const line = { id: "B1", kind: "break", breaks: ["B1", "B2"], severity: "info" }
    expect(await json("cases", "list")).toMatchObject({ items: [line] })
    expect((await cli("cases", "list", "--wide")).out).toContain("B1 B2")
    expect(await json("cases", "show", "B2")).toMatchObject({ id: "B2", breaks: ["B1", "B2"] })
    expect(await json("status")).toMatchObject({ overall: "cases", cases: 1 })
    const shown = (await cli("breaks", "show", "B2")).out
    expect(shown).toMatch(/^blocks +none$/m)
    expect(shown).toMatch(/^closes +manually$/m)
    expect(shown).toMatch(/^severity +info$/m)
    await cli("breaks", "resolve", "B1", "--reason", "the first delivery stands", "--yes")
    // The second was opened later, and has 5 s of its own.
    await until(async () => Object(await json("cases", "list")).items.length > 0)
    expect(await json("cases", "list")).toMatchObject({ items: [{ id: "B2", breaks: ["B2"] }] })
  })

  it("is not well where there are open orders and no process drives their account", async () => {
    const { cli } = desk()
    await cli("trades", "add", "--id", "t-1", "--symbol", "AAPL", "--side", "buy", "--quantity", "2", "--direct")
    expect(await cli("status")).toMatchObject({
      code: 3,
      out: expect.stringMatching(/^Pending work for paper, but no daemon runs it: 'roundlot start'\./)
    })
  })

  it("is not well where a queued batch, a due job or shares that are due wait for a process, and well while nothing does", async () => {
    const { cli, file, json } = desk()
    await cli("accounts", "add", "paper")
    const add = (id: string, quantity: string) =>
      cli("trades", "add", "--id", id, "--symbol", "KO", "--side", "buy", "--quantity", quantity, "--price", "60")
    await add("t-1", "0.5")
    expect(await json("status")).toMatchObject({ overall: "well", waiting: { accounts: [], jobs: false } })
    await cli("jobs", "enqueue", "trades.sync", "--key", "friday")
    expect(await json("status")).toMatchObject({ overall: "unattended", waiting: { accounts: [], jobs: true } })
    expect((await cli("status")).out).toMatch(/^Jobs are due, but no daemon runs them: 'roundlot start'\./)
    const row = [HEADER, `b1,${AT},KO,buy,1,60`, ""].join("\n")
    await cli("batches", "submit", "--mode", "execute", file("rows.csv", row), "--name", "Morning")
    expect(await json("status")).toMatchObject({ overall: "unattended", waiting: { accounts: ["paper"] } })
    await cli("batches", "cancel", "G1", "--reason", "not today", "--yes")
    expect(await json("status")).toMatchObject({ waiting: { accounts: [] } })
    await add("t-2", "2")
    expect(await json("status")).toMatchObject({ overall: "unattended", waiting: { accounts: ["paper"] } })
  })

  it("is not well where the daemon that serves the store does not answer", async () => {
    const { cli, folder, json } = desk()
    await cli("accounts", "add", "paper")
    const served = { url: "http://127.0.0.1:1", host: "here", pid: 1, open: false }
    writeFileSync(join(folder, "books.daemon.json"), JSON.stringify(served), { mode: 0o600 })
    expect(await cli("status")).toMatchObject({ code: 3, out: expect.stringContaining("does not answer") })
    expect(await json("status")).toMatchObject({ overall: "unattended", daemon: { url: served.url, answers: false } })
  })

  it("names a part of the daemon that fails; the list of cases has it too, that of an earlier moment not", async () => {
    const { cli, folder, json } = desk()
    await cli("accounts", "add", "paper")
    const parts = [
      { part: "thread", ok: false, detail: "it lagged for 4 s", failures: 1, alert: false },
      { part: "poll paper", ok: true, detail: "", failures: 0, alert: false }
    ].map((each) => ({
      ...each,
      lastSuccessAt: null,
      lastFailureAt: "2026-01-02T15:00:00.000000Z",
      secondsSinceSuccess: null
    }))
    const trading = { status: "ok", critical: 0, warnings: 0, blockedPositions: 0, ordersInDoubt: 0, dollars: null }
    const eventLoop = { p50Ms: 1, p99Ms: 1, maxMs: 1 }
    const health = {
      status: "degraded",
      overall: null,
      cases: null,
      critical: null,
      trading,
      version: "1",
      access: "open"
    }
    const server = createServer((_, response) => {
      response.setHeader("content-type", "application/json")
      response.end(JSON.stringify({ ...health, uptimeSeconds: 1, eventLoop, parts }))
    })
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    if (address === null || typeof address === "string") throw new Error("no port")
    const served = { url: `http://127.0.0.1:${address.port}`, host: "here", pid: 1, open: true }
    writeFileSync(join(folder, "books.daemon.json"), JSON.stringify(served), { mode: 0o600 })
    expect(await json("status")).toMatchObject({ overall: "cases", cases: 1, daemon: { failing: ["thread"] } })
    const line = { id: "part:thread", kind: "part", what: "event loop fails: it lagged for 4 s" }
    expect(await json("cases", "list")).toMatchObject({ items: [line] })
    expect(await json("cases", "list", "--as-of", "0")).toMatchObject({ items: [] })
    server.close()
  })

  it("is not well while the daemon that drives its accounts is stopped, and once it is killed", async () => {
    const { cli, folder, json, place } = desk()
    await cli("accounts", "add", "paper")
    const daemon = child(["start", ...place, "--account", "paper", "--port", "0", "--open"])
    await until(async () => Object(await json("status")).daemon?.answers === true)
    expect(await json("status")).toMatchObject({ overall: "well", driven: ["paper"] })
    // What a daemon that was killed before has left says nothing while another process drives.
    const word = join(folder, "books.daemon.json")
    const own = readFileSync(word, "utf8")
    writeFileSync(word, JSON.stringify({ ...Object(JSON.parse(own)), url: "http://127.0.0.1:1", pid: 1 }))
    expect(await json("status")).toMatchObject({ overall: "well", driven: ["paper"], daemon: null })
    writeFileSync(word, own)
    daemon.signal("SIGSTOP")
    const stopped = await cli("status")
    expect(stopped).toMatchObject({
      code: 3,
      out: expect.stringMatching(/^The daemon at \S+ does not answer for paper: 'roundlot doctor'\.\n/)
    })
    expect(stopped.out.match(/does not answer/g)).toHaveLength(1)
    expect(stopped.out).toContain("\nNot known to trade: paper.\n")
    expect(await json("status")).toMatchObject({ overall: "unattended", daemon: { answers: false } })
    daemon.signal("SIGKILL")
    await daemon.ended
    expect(await json("status")).toMatchObject({ overall: "unattended", daemon: { answers: false } })
  })
})
