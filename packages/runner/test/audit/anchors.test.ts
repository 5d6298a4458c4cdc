import { generateKeyPairSync } from "node:crypto"
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Sqlite } from "@roundlot/sqlite"
import { describe, expect, it } from "vitest"
import { buys, desk, until } from "../cli/roundlot.ts"
import { healthOf } from "../kill/health.ts"
import { handOn, rehash } from "./tampering.ts"

const { privateKey, publicKey } = generateKeyPairSync("ed25519", {
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" }
})

/** A store that was driven once, and where its anchors are. */
const driven = async (anchors?: { readonly key?: string; readonly every?: string }) => {
  const { cli, file, folder, ...rest } = desk()
  const config = file("roundlot.json", JSON.stringify(anchors === undefined ? {} : { anchors }))
  file("key.pem", privateKey)
  const on = (...words: ReadonlyArray<string>) => cli(...words, "--config", config)
  const takeIn = (id: string) => on("trades", "import", file(`${id}.csv`, buys([id, "1.5"])))
  await takeIn("t-1")
  expect((await on("start", "--until-idle")).code).toBe(0)
  return { on, takeIn, file, books: join(folder, "books.db"), anchors: join(folder, "books.anchors.jsonl"), ...rest }
}

const linesOf = (path: string): ReadonlyArray<string> =>
  existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : []

/** Changes who did what, everywhere, with hashes that fit. */
const rewrite = (books: string) => {
  Sqlite.using(books, {}, (db) =>
    Sqlite.transaction(db, () =>
      rehash(handOn(db), (entry) => ({ ...entry, cause: entry.cause.replace(/"actor":"[^"]*"/, '"actor":"root"') }))
    )
  )
}

describe("anchors", () => {
  it("a journal that was rewritten and hashed anew is found by what the daemon wrote down outside of the store", async () => {
    const { anchors, books, on } = await driven()
    expect(statSync(anchors).mode & 0o777).toBe(0o600)
    const [anchor] = linesOf(anchors).map((line): unknown => JSON.parse(line))
    const { position, hash, ...sound } = JSON.parse((await on("audit", "--json")).out).anchor
    expect(anchor).toMatchObject({ position, hash, ...sound })
    expect((await on("audit")).out).toMatch(/Checked against the anchor of \S+ \(position \d+, not signed\)/)
    rewrite(books)
    const found = await on("audit")
    expect([found.code, found.out]).toEqual([3, expect.stringContaining("differs from the anchor")])
    // The daemon's own audit is held to it as well.
    expect((await on("jobs", "enqueue", "audit", "--payload", "{}")).code).toBe(0)
    await on("start", "--until-idle")
    const { items } = JSON.parse((await on("jobs", "list", "--type", "audit", "--json")).out)
    expect(items).toMatchObject([{ status: "done", result: { ok: false, anchor: { position } } }])
    // It wrote anchors of what stands now; those from before count as well.
    expect((await on("audit")).code).toBe(3)
    rmSync(anchors)
    expect((await on("audit")).code).toBe(0)
  })

  it("an audit of what is new reads from the newest anchor on, and there has to be one", async () => {
    const { anchors, on, takeIn } = await driven()
    const since = async () => (await on("audit", "--since-anchor")).out
    expect(await since()).toContain("The books agree with 0 new entries since the anchor, no findings.")
    await takeIn("t-2")
    expect(await since()).toMatch(
      / [1-9]\d* new entries since the anchor, no findings\.\nChecked against the anchor of .* were not read/
    )
    expect(await since()).not.toContain("no earlier entry")
    expect(JSON.parse((await on("audit", "--since-anchor", "--json")).out)).toMatchObject({
      ok: true,
      sinceAnchor: true
    })
    const [line = ""] = linesOf(anchors)
    writeFileSync(anchors, `${JSON.stringify({ ...JSON.parse(line), hash: "0".repeat(64) })}\n`)
    const found = await on("audit", "--since-anchor")
    expect([found.code, found.out]).toEqual([3, expect.stringContaining("differs from the anchor")])
    rmSync(anchors)
    const without = await on("audit", "--since-anchor")
    expect([without.code, without.err]).toEqual([1, expect.stringContaining("has no anchor of this store")])
  })

  it("one is written when the journal has grown, as often as is said, and as the daemon ends", async () => {
    const { anchors, begin, on, place, takeIn } = await driven({ every: "1s" })
    expect(linesOf(anchors)).not.toHaveLength(0)
    expect((await on("start", "--until-idle")).code).toBe(0)
    const atFirst = linesOf(anchors).length
    const daemon = begin(["start", ...place, "--config", join(anchors, "..", "roundlot.json")])
    await daemon.says(/Running/)
    await takeIn("t-2")
    await until(async () => linesOf(anchors).length > atFirst)
    await takeIn("t-3")
    daemon.end()
    expect((await daemon.ended).code).toBe(0)
    const { position } = JSON.parse((await on("journal", "head", "--json")).out)
    expect(JSON.parse(linesOf(anchors).at(-1) ?? "")).toMatchObject({ position })
  })

  it("with a key, what it did not sign is a finding, and the newest that it signed is what counts", async () => {
    const { anchors, file, on } = await driven({ key: "key.pem" })
    expect((await on("audit")).out).toMatch(/Checked against the anchor of \S+ \(position \d+, signed\)/)
    // An auditor needs only the public half.
    file("key.pem", publicKey)
    expect((await on("audit")).code).toBe(0)
    const [line = ""] = linesOf(anchors)
    // What a terminal would take for a command is no moment.
    const escaping = JSON.stringify({ ...JSON.parse(line), at: "\u001b[2J2026-11-25T15:00:00Z" })
    const forged = { ...JSON.parse(line), position: 1 }
    writeFileSync(anchors, `${line}\n${JSON.stringify(forged)}\n{"torn\n${escaping}\n${line.slice(0, 20)}`)
    const { anchor, findings } = JSON.parse((await on("audit", "--json")).out)
    expect(anchor).toMatchObject({ position: JSON.parse(line).position })
    expect(findings).toMatchObject([
      { where: `${anchors}, line 2`, what: "is not signed by the key that is configured" },
      { where: `${anchors}, line 3`, what: "is not an anchor" },
      { where: `${anchors}, line 4`, what: "is not an anchor" }
    ])
    const unable = await on("start", "--until-idle")
    expect([unable.code, unable.err]).toEqual([2, expect.stringContaining("anchors.key")])
  })

  it("an anchor that cannot be written ends nothing, and health says so", async () => {
    const { file, folder, place, begin, cli } = desk()
    const config = file("roundlot.json", JSON.stringify({ anchors: { file: ".", every: "1s" } }))
    await cli("trades", "import", file("t.csv", buys(["t-1", "1.5"])))
    const daemon = begin(["start", ...place, "--config", config, "--port", "0"])
    await daemon.says(/Running/)
    await until(async () => (await healthOf(daemon.said())).parts.some(({ ok, part }) => part === "anchors" && !ok))
    daemon.end()
    expect((await daemon.ended).code).toBe(0)
    expect(existsSync(join(folder, "books.anchors.jsonl"))).toBe(false)
  })
})
