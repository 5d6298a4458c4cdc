import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { build, type Message } from "esbuild"
import ts from "typescript"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const core = fileURLToPath(new URL("../../../core", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "roundlot-effect-"))
const modules = join(folder, "node_modules")

const compilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2022,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true
}

/** What links first, as it is published; what comes after it has nothing in it here. */
const FIRST = ["index.ts", "effect3.ts", "values/Decimal.ts"]

const publish = (): void => {
  const home = join(modules, "@roundlot/core")
  const index = readFileSync(join(core, "src/index.ts"), "utf8")
  for (const [, name = ""] of index.matchAll(/ "\.\/(.+)"/g)) write(join(home, "dist", name), "export {}\n")
  for (const name of FIRST) {
    const { outputText } = ts.transpileModule(readFileSync(join(core, "src", name), "utf8"), { compilerOptions })
    write(join(home, "dist", name), outputText)
  }
  cpSync(join(core, "package.json"), join(home, "package.json"))
}

const write = (path: string, text: string): void => {
  const file = path.replace(/ts$/, "js")
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** An Effect of another line, which has some of the names. */
const other = (): void => {
  const manifest = { name: "effect", version: "4.1.0", type: "module", exports: "./index.js" }
  write(join(modules, "effect/package.json"), JSON.stringify(manifest))
  const names = ["BigDecimal", "Effect", "Layer", "Option", "Schema"]
  write(join(modules, "effect/index.js"), names.map((name) => `export const ${name} = {}\n`).join(""))
}

const imported = (code: string, kind: "module" | "commonjs") => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [`--input-type=${kind}`, "-e", code], {
    cwd: folder,
    encoding: "utf8"
  })
  return { status, stdout, stderr }
}

const said = ({ location, text }: Message) => `${text} ${location?.lineText ?? ""}`

/** What a bundler says of an app that imports core. */
const bundled = async (): Promise<ReadonlyArray<string>> => {
  const contents = `import * as core from "@roundlot/core"; console.log(core)`
  return build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    logLevel: "silent"
  }).then(
    ({ errors, warnings }) => [...errors, ...warnings].map(said),
    ({ errors }: { readonly errors: ReadonlyArray<Message> }) => errors.map(said)
  )
}

const WAYS = [
  ["import", `import "@roundlot/core"`, "module"],
  ["require", `require("@roundlot/core")`, "commonjs"]
] as const

describe("SDK-6: core in an app", () => {
  beforeAll(publish)
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(WAYS)("with another line of Effect says by %s what to install", (_, code, kind) => {
    other()
    const { status, stderr } = imported(code, kind)
    expect(status).toBe(1)
    expect(stderr).toMatch(/npm i @roundlot\/core effect@3/)
    expect(stderr).toContain("The requested module 'effect' does not provide")
    rmSync(join(modules, "effect"), { recursive: true })
  })

  it("bundled with another line of Effect says what to install, and nothing with Effect 3", async () => {
    other()
    const [first] = await bundled()
    expect(first).toMatch(/No matching export in .+ for import "Either" .*npm i @roundlot\/core effect@3/)
    rmSync(join(modules, "effect"), { recursive: true })
    symlinkSync(join(core, "node_modules/effect"), join(modules, "effect"))
    expect(await bundled()).toEqual([])
    rmSync(join(modules, "effect"))
  })

  it.each(WAYS)("with Effect 3 says nothing by %s", (_, code, kind) => {
    symlinkSync(join(core, "node_modules/effect"), join(modules, "effect"))
    expect(imported(code, kind)).toEqual({ status: 0, stdout: "", stderr: "" })
    rmSync(join(modules, "effect"))
  })
})
