import { spawnSync } from "node:child_process"
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import type { Migrations } from "@roundlot/store-sql"
import { describe, expect, it } from "vitest"
import { newer } from "../store/later.ts"
import { blockWith, read, unknownOf, type Block } from "./blocks.ts"
import { typist, type Program, type Words } from "./typed.ts"

const PAGE = "docs/guides/deployment.md"

const block = (words: string): Block => blockWith(PAGE, words)

const STAGING = block("takeThenReset")
const INSTALL = block("ln -s")
const FOLDERS = block("useradd")
const ENABLE = block("enable --now")
const TOKENS = block("tokens link")
const CHECKLIST = block("--env-file /etc/roundlot/broker.env --store")
const BACKUP = block("store backup")
const UPGRADE = block("store migrate")
const ROLL_BACK = block("store rollback")
const GO_ON = blockWith(PAGE, /^roundlot audit/)

const CONTAINER = block("docker build")
const COMPOSE = block("docker compose")

const unit = read("deploy/roundlot.service")

/** What the unit says of a name: one line of it or several, word by word. */
const inUnit = (name: string): ReadonlyArray<Words> =>
  [...unit.matchAll(new RegExp(`^${name}=(.+)$`, "gm"))].map(([, line = ""]) => line.split(" "))

const LIMITS = { orderQuantity: "500", orderNotional: "50000", openResidual: "200000", dailyNotional: "1000000" }

const files = {
  "roundlot.json": JSON.stringify({
    accounts: { paper: { broker: "paper", limits: LIMITS } },
    alerts: { webhook: "https://hooks.example.com/roundlot" }
  }),
  "broker.env": "APCA_API_KEY_ID=x\n"
}

const quiet = { code: 0, out: "", err: "" }

/** A machine on which the guide is followed; who administers it does with the unit what systemd would. */
const machine = async () => {
  const asked: Array<string> = []
  let version: ReadonlyArray<Migrations.Migration> | undefined
  const note =
    (name: string): Program =>
    (words) => {
      asked.push([name, ...words].join(" "))
      return quiet
    }
  const begins = async () => {
    for (const [, ...words] of inUnit("ExecStartPre")) await typing.run(["roundlot", ...words])
    for (const [, ...words] of inUnit("ExecStart")) await typing.run(["roundlot", ...words])
    return quiet
  }
  const systemctl: Program = async (words) => {
    if (words[0] === "daemon-reload") return quiet
    if (words.at(-1) !== "roundlot") return { ...quiet, code: 5, err: `there is no unit ${words.at(-1)}` }
    if (words[0] === "stop") await typing.rest()
    return words[0] === "stop" ? quiet : begins()
  }
  const typing = await typist({
    cwd: "var/lib/roundlot",
    files,
    goesOn: true,
    here: (word) => (word === "8080" ? "0" : word),
    programs: { chown: note("chown"), systemctl, useradd: note("useradd"), npm: note("npm"), node: note("node") },
    version: () => version
  })
  return { ...typing, asked, install: (known: typeof version) => void (version = known) }
}

/** Lines of the checklist that ask for something to be done. */
const lookedAt = (out = ""): ReadonlyArray<string> => [...out.matchAll(/^WARN {2}(\S+)/gm)].map(([, name = ""]) => name)

describe("the guide to a deployment", () => {
  it("BAT-14: leads from an empty machine to a daemon of systemd, through an upgrade and back", async () => {
    const { asked, codes, folder, install, rest, run, typeAll } = await machine()
    await run(["mkdir", "-p", join(folder, "usr/bin"), join(folder, "etc/systemd/system")])
    await typeAll([INSTALL, FOLDERS])
    expect(asked).toContain(`useradd --system --home-dir ${folder}/var/lib/roundlot --create-home roundlot`)
    expect(statSync(join(folder, "etc/roundlot/broker.env")).mode & 0o777).toBe(0o400)
    const linked = spawnSync(join(folder, "usr/bin/roundlot"), ["--version"], { encoding: "utf8" })
    expect([linked.status, linked.stdout]).toEqual([0, expect.stringMatching(/^roundlot \d/)])
    await typeAll([ENABLE])
    expect(readFileSync(join(folder, "etc/systemd/system/roundlot.service"), "utf8")).toBe(unit)
    const kept = join(folder, "var/lib/roundlot/books.operator.token")
    expect(statSync(kept).mode & 0o777).toBe(0o600)
    const [link] = await typeAll([TOKENS])
    expect(link).toMatchObject({ code: 0, out: expect.stringMatching(/\/sign-in#code=/) })
    const [checked] = await typeAll([CHECKLIST])
    // Nothing was backed up yet.
    expect(lookedAt(checked?.out)).toEqual(["backup"])
    await typeAll([BACKUP])
    install(newer)
    const upgraded = await typeAll([UPGRADE])
    expect(upgraded[1]?.out).toContain("migrated from version 1 to 2")
    expect(upgraded.at(-1)).toMatchObject({ code: 0, out: expect.not.stringContaining("WARN") })
    await typeAll([ROLL_BACK])
    install(undefined)
    const [audited] = await typeAll([GO_ON])
    expect(audited).toMatchObject({ code: 0 })
    await rest()
    expect(codes.filter((code) => !/^[03] /.test(code))).toEqual([])
  })

  it("is tried on a simulator first, with what a broker does wrong", async () => {
    const { codes, typeAll } = await typist({ at: "alpaca" })
    await typeAll([STAGING])
    expect(codes.length).toBe(2)
    expect(codes.filter((code) => !code.startsWith("0 "))).toEqual([])
  })

  it("has no command that is not typed here", () => {
    const machines = [INSTALL, FOLDERS, ENABLE, TOKENS, CHECKLIST, BACKUP, UPGRADE, ROLL_BACK, GO_ON]
    // What containers do is tried by the steps of their files (test/deploy).
    const known = [STAGING, ...machines, CONTAINER, COMPOSE]
    expect(unknownOf([PAGE], known)).toEqual([])
  })
})
