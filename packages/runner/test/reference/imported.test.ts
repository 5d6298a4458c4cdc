import { build, type Metafile } from "esbuild"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { running } from "../cli/roundlot.ts"

const runner = fileURLToPath(new URL("../..", import.meta.url))
const packages = join(runner, "..")

const Manifest = Schema.decodeUnknownSync(
  Schema.parseJson(
    Schema.Struct({
      name: Schema.String,
      sideEffects: Schema.Boolean,
      exports: Schema.Record({
        key: Schema.String,
        value: Schema.NullOr(Schema.Union(Schema.String, Schema.Struct({ default: Schema.String })))
      })
    })
  )
)

const manifests = readdirSync(packages).map((name) =>
  Manifest(readFileSync(join(packages, name, "package.json"), "utf8"))
)

/** What programs import; Vitest lets its own door open only while it runs. */
const doors = manifests
  .flatMap(({ exports, name }) =>
    Object.entries(exports).flatMap(([door, target]) =>
      target === null || typeof target === "string" ? [] : [join(name, door)]
    )
  )
  .filter((door) => !door.endsWith("/vitest"))

/** Of a program of another app, the modules that are in its bundle, and what each of them imports. */
const bundled = async (program: string) => {
  const { metafile } = await build({
    stdin: { contents: program, resolveDir: runner },
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    conditions: ["@roundlot/source"],
    logLevel: "silent",
    absWorkingDir: packages,
    external: ["pg-native"]
  })
  const [output] = Object.values(metafile.outputs)
  const kept = Object.entries(output?.inputs ?? {}).filter(
    ([name, { bytesInOutput }]) => name !== "<stdin>" && bytesInOutput > 0
  )
  return {
    inputs: metafile.inputs,
    kept: kept.map(([name]) => name),
    bytesOf: new Map(kept.map(([name, each]) => [name, each.bytesInOutput]))
  }
}

const CORE = "core/src/"
const INDEX = `${CORE}index.ts`

/** The modules that one reaches by imports, itself among them. */
const reachedFrom = (inputs: Metafile["inputs"], module: string): ReadonlySet<string> => {
  const reached = new Set<string>()
  const walk = (name: string): void => {
    if (reached.has(name)) return
    reached.add(name)
    for (const { path } of inputs[name]?.imports ?? []) walk(path)
  }
  walk(module)
  return reached
}

describe("packages that another app imports", () => {
  it("SDK-4: importing every door starts nothing: it says nothing, changes no global, and the process ends by itself", async () => {
    const program = `
      const before = new Set(Object.getOwnPropertyNames(globalThis))
      for (const door of ${JSON.stringify(doors)}) await import(door)
      const more = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name))
      // Effect keeps its own under its name.
      const ours = more.filter((name) => !name.startsWith("effect/"))
      if (ours.length > 0) console.log("globals", ours)`
    const started = running(
      [process.execPath, "-C", "@roundlot/source", "--import", "tsx", "--input-type=module", "-e", program],
      { cwd: runner }
    )
    started.tell("")
    expect(await started.ended).toEqual({ code: 0, out: "", err: "" })
    expect(doors).toContain("@roundlot/core")
  })

  it("SDK-4: doors of which nothing is used leave nothing in a bundle", async () => {
    const { inputs, kept } = await bundled(doors.map((door) => `import "${door}"`).join("\n"))
    expect(kept).toEqual([])
    expect(Object.keys(inputs).length).toBeGreaterThan(doors.length)
  })

  it("SDK-4: one thing of core brings itself and what it imports into a bundle, and not the rest", async () => {
    const all = await bundled(`import * as core from "@roundlot/core"; console.log(core)`)
    expect(all.kept.filter((name) => name.startsWith(CORE)).length).toBeGreaterThan(200)
    const things = {
      Decimal: "values/Decimal.ts",
      Instant: "values/Instant.ts",
      Order: "records/Order.ts",
      MemoryRepository: "memory/MemoryRepository.ts"
    }
    for (const [thing, file] of Object.entries(things)) {
      const { inputs, kept } = await bundled(`import { ${thing} } from "@roundlot/core"; console.log(${thing})`)
      const reached = reachedFrom(inputs, `${CORE}${file}`)
      expect(reached).not.toContain(INDEX)
      expect([thing, kept.filter((name) => name.startsWith(CORE) && !reached.has(name))]).toEqual([thing, []])
      expect(kept).toContain(`${CORE}${file}`)
    }
  })

  it("SDK-4: a program that reckons with Decimal has no other module of core", async () => {
    const { bytesOf, kept } = await bundled(
      `import { Decimal } from "@roundlot/core"; console.log(Decimal.format(Decimal.unsafe("1")))`
    )
    expect(kept.filter((name) => !name.includes("node_modules"))).toEqual([`${CORE}values/Decimal.ts`])
    expect(bytesOf.get(`${CORE}values/Decimal.ts`)).toBeLessThan(20_000)
  })
})
