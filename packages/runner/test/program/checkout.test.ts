import { spawnSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { pathToFileURL } from "node:url"
import { Schema } from "effect"
import { expect, inject, it } from "vitest"
import { child, desk, program } from "../cli/roundlot.ts"

const root = join(import.meta.dirname, "../../../..")

/** A script that counts how often `fresh` has a program made of the one source, and says what the fresh one holds. */
const asking = (folder: string) => `
  import { fresh } from ${JSON.stringify(pathToFileURL(join(root, "scripts/fresh.mjs")).href)}
  import { copyFileSync, readFileSync } from "node:fs"
  let made = 0
  const make = async (to) => { made += 1; copyFileSync("source/a.ts", to + "/a.ts") }
  const home = ${JSON.stringify(join(folder, "home"))}
  const found = await fresh({ root: ".", home, make, sources: () => ["source/a.ts"] })
  console.log(made + readFileSync(found + "/a.ts", "utf8"))
`

it("a source that has changed is never run from an older bundle, whatever its time and size say", () => {
  const { folder } = desk()
  const source = join(folder, "source/a.ts")
  const asked = () =>
    spawnSync(process.execPath, ["--input-type=module", "-e", asking(folder)], { cwd: folder, encoding: "utf8" }).stdout
  const old = new Date("2020-01-01")
  const write = (text: string) => {
    writeFileSync(source, text)
    utimesSync(source, old, old)
  }
  mkdirSync(join(folder, "source"))
  write("one")
  expect(asked()).toBe("1one\n")
  expect(asked()).toBe("0one\n")
  write("two")
  expect(asked()).toBe("1two\n")
  // As a checkout of an older commit leaves it: what was made of it before is there still.
  write("one")
  expect(asked()).toBe("0one\n")
  // Another file in its place, as editors write.
  writeFileSync(`${source}.new`, "six")
  renameSync(`${source}.new`, source)
  expect(asked()).toBe("1six\n")
  rmSync(join(folder, "home"), { recursive: true })
  expect(asked()).toBe("1six\n")
})

it("a flag behind a verb is the verb's own, from a checkout too: Node does not take --env-file", () => {
  const words = ["trades", "list", "--env-file", "not-there.env"]
  const { status, stderr } = spawnSync(join(root, "scripts/roundlot.mjs"), words, {
    cwd: desk().folder,
    encoding: "utf8"
  })
  expect(stderr).toContain("not-there.env does not exist")
  expect(status).toBe(2)
})

it("npm start serves the port that is named behind it, and takes no other flag twice", async () => {
  const { store } = desk()
  const manifest = Schema.Struct({ scripts: Schema.Struct({ start: Schema.String }) })
  const { scripts } = Schema.decodeUnknownSync(Schema.parseJson(manifest))(
    readFileSync(join(root, "package.json"), "utf8")
  )
  const [, words = ""] = scripts.start.split("scripts/roundlot.mjs ")
  expect(words).toMatch(/^start /)
  const taken = child(["start", "--port", "0", "--store", desk().store])
  await taken.says(/Dashboard: /)
  const [, port = ""] = /127\.0\.0\.1:(\d+)/.exec(taken.said()) ?? []
  const started = child([...words.split(" "), "--port", port, "--store", store], "", root)
  expect((await started.ended).err).toContain(`port ${port} of 127.0.0.1 cannot be served`)
  taken.signal("SIGTERM")
  await taken.ended
})

it("Ctrl-C under npm comes twice at once, and is one signal: what is on its way ends first", async () => {
  const daemon = child(["start", "--store", desk().store])
  await daemon.says(/Running/)
  daemon.signal("SIGINT")
  daemon.signal("SIGTERM")
  expect((await daemon.ended).code).toBe(0)
})

const Coverage = Schema.parseJson(
  Schema.Struct({
    result: Schema.Array(
      Schema.Struct({
        url: Schema.String,
        functions: Schema.Array(
          Schema.Struct({ functionName: Schema.String, ranges: Schema.Array(Schema.Struct({ count: Schema.Int })) })
        )
      })
    )
  })
)

/** The modules that a command line evaluates: in the bundle each is a function under its path. */
const evaluated = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const folder = join(desk().folder, "coverage")
  const [node = "", ...args] = program("main", words)
  spawnSync(node, args, { env: { ...process.env, NODE_V8_COVERAGE: folder } })
  return readdirSync(folder).flatMap((name) =>
    Schema.decodeUnknownSync(Coverage)(readFileSync(join(folder, name), "utf8"))
      .result.filter(({ url }) => url.endsWith("program.cjs"))
      .flatMap(({ functions }) => functions)
      .filter(({ functionName, ranges }) => /\/.*\.[cm]?[jt]s$/.test(functionName) && ranges[0]?.count === 1)
      .map(({ functionName }) => functionName)
  )
}

const BROKERS = /broker-(alpaca|ibkr|schwab)|@stoqey/
const SERVERS =
  /api\/src\/(Server|groups)|@effect\/(ai|cluster|rpc|opentelemetry)|undici|(cli|runner)\/src\/(mcp|serve|start)\//
const POSTGRES = /store-postgres|node_modules\/pg/

it("a verb evaluates what it needs alone: one that lists no broker, no exchange, no Postgres, no server", async () => {
  const { cli, store } = desk()
  await cli("trades", "add", "--symbol", "KO", "--side", "buy", "--quantity", "0.2")
  const listing = evaluated(["trades", "list", "--store", store])
  expect(
    listing.filter((name) => [BROKERS, SERVERS, POSTGRES, /broker-paper/].some((each) => each.test(name)))
  ).toEqual([])
  expect(listing.some((name) => name.includes("store-sqlite/src"))).toBe(true)
  const version = evaluated(["--version"])
  expect(version.filter((name) => /store-|broker-|verbs\/|api\/src\/documents/.test(name))).toEqual([])
  expect(version.length).toBeGreaterThan(10)
  const start = evaluated(["start", "--until-idle", "--store", store])
  expect(start.filter((name) => BROKERS.test(name) || POSTGRES.test(name))).toEqual([])
})

it("what was compiled of another program, or was damaged, is not run", () => {
  const folder = inject("programs")
  const { folder: other } = desk()
  const begin = `
    import { begin } from ${JSON.stringify(pathToFileURL(join(folder, "begin.js")).href)}
    console.log(begin(new URL(${JSON.stringify(`${pathToFileURL(other).href}/`)}), "kind"))
  `
  const said = () =>
    spawnSync(process.execPath, ["--input-type=module", "-e", begin], { cwd: other, encoding: "utf8" }).stdout
  const write = (name: string, answer: string) =>
    writeFileSync(
      join(other, "program.cjs"),
      `/*${name}*/(function (module) { module.exports = (() => "${answer}")() })`
    )
  write("aa", "one")
  expect(said()).toBe("one\n")
  const [compiled = ""] = readdirSync(other).filter((name) => name.endsWith(".compiled"))
  expect(compiled).toMatch(/^program\.kind\./)
  // Of the same length, which is all that V8 compares.
  write("bb", "two")
  expect(said()).toBe("two\n")
  const kept = readFileSync(join(other, compiled))
  writeFileSync(
    join(other, compiled),
    kept.map((byte, at) => (at > kept.length / 2 ? byte ^ 1 : byte))
  )
  expect(said()).toBe("two\n")
})
