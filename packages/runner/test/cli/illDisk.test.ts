import { chmodSync, readdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { describe, expect, it } from "vitest"
import { buys, desk, program, running } from "./roundlot.ts"

/** A file whose every read fails in the system (EIO), where there is one; elsewhere one that is none. */
const UNREADABLE = process.platform === "linux" ? "/proc/self/mem" : "/dev"

const INPUT_OUTPUT = /EIO|EISDIR|is a directory|reading or writing it failed|cannot be opened/

describe("a disk that cannot be read", () => {
  it.each([
    ["trades", "import", UNREADABLE, "--account", "paper"],
    ["batches", "submit", UNREADABLE, "--name", "ill"],
    ["positions", "list", "--config", UNREADABLE]
  ])("is said of a file of %s %s, by its name, and nothing is taken", async (...words) => {
    const { cli, json } = desk()
    await cli("accounts", "add", "paper")
    const before = await json("journal", "head")
    const { code, err } = await cli(...words)
    expect(code).toBeOneOf([1, 2])
    expect(err).toMatch(INPUT_OUTPUT)
    expect(err).toContain(UNREADABLE)
    expect(err).not.toMatch(/^\s+at /m)
    expect(await json("journal", "head")).toEqual(before)
  })

  it("is said of the books themselves", async () => {
    const { folder, plain } = desk()
    const file = join(folder, "ill.db")
    symlinkSync(UNREADABLE, file)
    const { code, err } = await plain(["positions", "list", "--store", `sqlite:${file}`])
    expect([code, err]).toEqual([1, expect.stringMatching(INPUT_OUTPUT)])
    expect(err).toContain(file)
  })
})

/** Rights bind everybody but root: it gives that one up. */
const bound = process.getuid?.() === 0 ? ["setpriv", "--bounding-set", "-dac_override"] : []

describe("a disk that is read-only", () => {
  it("ACC-7: is said by each verb and a daemon, which then end; once it is written to again they go on where they were", async () => {
    const { cli, file, folder, json, place } = desk()
    expect(await cli("accounts", "add", "paper")).toMatchObject({ code: 0 })
    const trades = file("t.csv", buys(["a", "1.5"]))
    expect(await cli("trades", "import", trades, "--account", "paper")).toMatchObject({ code: 0 })
    const files = readdirSync(folder).map((name) => join(folder, name))
    for (const path of files) chmodSync(path, 0o444)
    chmodSync(folder, 0o555)
    for (const words of [
      ["positions", "list"],
      ["trades", "import", trades, "--account", "paper"],
      ["audit"],
      ["start"]
    ]) {
      const started = running([...bound, ...program("main", [...words, ...place])])
      started.tell("")
      const { code, err } = await started.ended
      expect([words, code, err]).toEqual([words, 1, expect.stringMatching(/right to read and write the file/)])
      expect(err).not.toMatch(/^\s+at /m)
    }
    chmodSync(folder, 0o755)
    for (const path of files) chmodSync(path, 0o644)
    expect(await cli("start", "--until-idle")).toMatchObject({ code: 0 })
    expect(await json("positions", "list")).toMatchObject({
      items: [{ exposure: "1.5", hedged: "1", residual: "0.5" }]
    })
    expect(await json("audit")).toMatchObject({ ok: true })
  })
})
