// What would be published: each package packed, its tarball judged by publint and by arethetypeswrong.
// Packing is slow, so a package whose contents passed before is not packed again.
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core"
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join, relative } from "node:path"
import process from "node:process"
import { publint } from "publint"
import { formatMessage } from "publint/utils"
import { licenceFaults } from "./bill.mjs"
import { packageNames as allNames, root } from "./sources.mjs"

/** The dashboard is files for a browser, with no module to import: it has no types to be judged. */
const isServed = (name) => name === "dashboard"
const packageNames = allNames.filter((name) => !isServed(name))

const cache = join(root, "node_modules", ".cache", "packages")
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))

const manifestOf = (name) => JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"))

/** The program as one file, made when the runner is packed of what all packages have in `src`. */
const isBundled = (file) => /runner[/\\]dist[/\\](program\.[^/\\]+|checkpointer\.js|LICENSES\.txt)$/.test(file)

const filesIn = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.startsWith(".tsbuildinfo"))
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
        .filter((file) => !isBundled(file))
        .toSorted()
    : []

const contentsOf = (folder) => {
  const hash = createHash("sha256")
  const shared = [
    join(root, "pnpm-lock.yaml"),
    join(root, "scripts", "check-packages.mjs"),
    join(folder, "package.json")
  ]
  for (const file of [...shared, ...filesIn(join(folder, "dist")), ...filesIn(join(folder, "src"))]) {
    hash.update(relative(root, file)).update("\0").update(readFileSync(file)).update("\0")
  }
  return hash.digest("hex")
}

const run = (file, ...args) => {
  const { status, stdout, stderr } = spawnSync(file, args, { cwd: root, encoding: "utf8" })
  const output = `${stdout}${stderr}`
  return { ok: status === 0, output }
}

/** Who imports ours resolves modules as Node does for ES modules, or as a bundler does. */
const notResolved = new Set(["node10", "node16-cjs"])

const judgeTypes = async (tarball) => {
  const { problems, types } = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)))
  if (types === false) return ["It comes without types."]
  return problems
    .filter(({ resolutionKind }) => !notResolved.has(resolutionKind))
    .map((problem) => `Its types: ${JSON.stringify(problem)}`)
}

const judgeManifest = async (tarball) => {
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true })
  const faults = messages.filter(({ type }) => type === "error")
  return faults.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code)
}

const judge = async (file) => {
  const tarball = new Uint8Array(readFileSync(file)).buffer
  const types = isServed(/^roundlot-(\w+)-\d/.exec(basename(file))?.[1]) ? [] : await judgeTypes(tarball)
  return [...(await judgeManifest(tarball)), ...types].map((fault) => `${basename(file)}: ${fault}`)
}

/** A file in dist whose source is gone would be published. */
const removeOrphans = (folder) => {
  for (const file of filesIn(join(folder, "dist"))) {
    const source = join(folder, "src", relative(join(folder, "dist"), file)).replace(/(\.d)?\.(js|ts)(\.map)?$/, "")
    if (!existsSync(`${source}.ts`) && !existsSync(`${source}.js`)) rmSync(file)
  }
}

/** Files that a module looks for beside itself, as a thread's program is, and does not find in what would be published. */
const missingBeside = (folder) =>
  filesIn(join(folder, "dist"))
    .filter((file) => file.endsWith(".js"))
    .flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/new URL\("(\.{1,2}\/[^"]+)", import\.meta\.url\)/g)]
        .map(([, beside]) => join(file, "..", beside))
        .filter((beside) => !existsSync(beside))
        .map((beside) => `${relative(folder, file)} looks for ${relative(folder, beside)}, which is not there`)
    )

const pack = (names, target) => {
  const filters = names.flatMap((name) => ["--filter", `./packages/${name}`])
  return run("npx", "-y", packageManager, ...filters, "--recursive", "pack", "--pack-destination", target)
}

const checkPackages = async (names, target) => {
  const packed = pack(names, target)
  if (!packed.ok) return [packed.output]
  const tarballs = readdirSync(target).map((name) => join(target, name))
  if (tarballs.length !== names.length) return [`${tarballs.length} tarballs of ${names.length} packages`]
  const faults = []
  for (const tarball of tarballs) faults.push(...(await judge(tarball)))
  return faults
}

/** The packages that a user's compiler must find types of: what the declarations reachable from a package's doors import. */
const typesNeeded = (folder, { exports }) => {
  const needed = new Set()
  const seen = new Set()
  const walk = (file) => {
    if (seen.has(file) || !existsSync(file)) return
    seen.add(file)
    const code = readFileSync(file, "utf8").replaceAll(/\/\*[^]*?\*\//g, "")
    for (const [, from] of code.matchAll(/(?:from\s+|import\(\s*)"([^"]+)"/g)) {
      if (from.startsWith(".")) walk(join(file, "..", from.replace(/\.(ts|js)$/, ".d.ts")))
      else if (!from.startsWith("node:")) needed.add(from.split("/", from.startsWith("@") ? 2 : 1).join("/"))
    }
  }
  for (const door of Object.values(exports)) if (door?.types !== undefined) walk(join(folder, door.types))
  return needed
}

/** A declaration that names a package whose types users do not get with ours fails to compile without `skipLibCheck`. */
const untypedOf = (name) => {
  const folder = join(root, "packages", name)
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  const installed = { ...manifest.dependencies, ...manifest.peerDependencies }
  return [...typesNeeded(folder, manifest)].filter(
    (each) => !(each in installed) || `@types/${each}` in (manifest.devDependencies ?? {})
  )
}

/** What a registry has to be told of a package: who may have it, under which licence, and to prove what it was built from. */
const isPublishable = (name) => {
  const { license, publishConfig } = manifestOf(name)
  return license === "MIT" && publishConfig?.access === "public" && publishConfig.provenance === true
}

for (const name of allNames.filter((each) => !isPublishable(each))) {
  console.error(`packages/${name}: its manifest names no licence, no public access or no provenance`)
  process.exitCode = 1
}
/** What npm runs by itself on the machine of who installs a package. */
const INSTALLING = ["preinstall", "install", "postinstall", "prepare"]
for (const name of allNames.filter((each) => INSTALLING.some((script) => script in (manifestOf(each).scripts ?? {})))) {
  console.error(`packages/${name}: its manifest has a script that runs where it is installed`)
  process.exitCode = 1
}
for (const fault of licenceFaults()) {
  console.error(fault)
  process.exitCode = 1
}
for (const name of packageNames) removeOrphans(join(root, "packages", name))
for (const name of packageNames) {
  for (const missing of missingBeside(join(root, "packages", name))) {
    console.error(`packages/${name}: ${missing}`)
    process.exitCode = 1
  }
}
for (const name of packageNames) {
  const untyped = untypedOf(name)
  if (untyped.length === 0) continue
  console.error(`packages/${name}: its declarations name ${untyped.join(", ")}, whose types are not installed with it`)
  process.exitCode = 1
}
/** A changeset of a package that is none would stop the release. */
const published = new Set(allNames.map((name) => manifestOf(name).name))
for (const file of filesIn(join(root, ".changeset")).filter((path) => path.endsWith(".md"))) {
  for (const [, name] of readFileSync(file, "utf8").matchAll(/^"([^"]+)": (?:major|minor|patch)$/gm)) {
    if (published.has(name)) continue
    console.error(`${relative(root, file)}: there is no package ${name}`)
    process.exitCode = 1
  }
}
const passedBefore = (name) => {
  const stamp = join(cache, name)
  return existsSync(stamp) && readFileSync(stamp, "utf8") === contentsOf(join(root, "packages", name))
}
const changed = allNames.filter((name) => !passedBefore(name))

if (changed.length > 0) {
  const target = mkdtempSync(join(tmpdir(), "roundlot-pack-"))
  const faults = await checkPackages(changed, target)
  rmSync(target, { recursive: true, force: true })
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) process.exitCode = 1
  else {
    mkdirSync(cache, { recursive: true })
    for (const name of changed) writeFileSync(join(cache, name), contentsOf(join(root, "packages", name)))
  }
}
