// What would be published: each package packed, its tarball judged by publint and by arethetypeswrong.
// Packing is slow, so a package whose contents passed before is not packed again. `--write` packs all and writes what each weighs into
// docs/reference/packages.md, which is compared otherwise: counts exactly, sizes to a tenth.
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core"
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join, relative } from "node:path"
import { gunzipSync } from "node:zlib"
import process from "node:process"
import { publint } from "publint"
import { formatMessage } from "publint/utils"
import { installedWith, licenceFaults } from "./bill.mjs"
import { packageNames as allNames, root } from "./sources.mjs"

/** The dashboard is files for a browser, with no module to import: it has no types to be judged. */
const isServed = (name) => name === "dashboard"
const packageNames = allNames.filter((name) => !isServed(name))

const cache = join(root, "node_modules", ".cache", "packages")
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))

const manifestOf = (name) => JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"))

/** The program as one file, made when the runner is packed of what all packages have in `src`. */
const isBundled = (file) => /runner[/\\]dist[/\\](program\.[^/\\]+|checkpointer\.js|NOTICES\.txt)$/.test(file)

const filesIn = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.startsWith(".tsbuildinfo"))
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
        .filter((file) => !isBundled(file))
        .toSorted()
    : []

const isWriting = process.argv.includes("--write")
const tableFile = join(root, "docs", "reference", "packages.md")

/** The table's rows by the names of packages, cell by cell. */
const rows = new Map(
  (existsSync(tableFile) ? readFileSync(tableFile, "utf8") : "")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim())
    )
    .map((cells) => [cells[0].replaceAll("`", ""), cells])
)

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
  return hash.update(String(rows.get(manifestOf(basename(folder)).name))).digest("hex")
}

const run = (file, ...args) => {
  const { status, stdout, stderr } = spawnSync(file, args, { cwd: root, encoding: "utf8" })
  const output = `${stdout}${stderr}`
  return { ok: status === 0, output }
}

const BLOCK = 512

/** The files of a tarball with their sizes. */
const filesOf = (tarball) => {
  const bytes = gunzipSync(tarball)
  const files = []
  for (let at = 0; at < bytes.length && bytes[at] !== 0;) {
    const text = (from, to) => bytes.toString("utf8", at + from, at + to).replace(/\0[^]*$/, "")
    const size = Number.parseInt(text(124, 136), 8)
    // Others say more of the next one.
    if (text(156, 157) === "0") files.push({ name: text(0, 100).replace("package/", ""), size })
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  return files
}

/** What every tarball has beside the code. */
const lacking = (tarball, folder) => {
  const names = new Set(filesOf(tarball).map(({ name }) => name))
  const log = existsSync(join(folder, "CHANGELOG.md")) ? ["CHANGELOG.md"] : []
  return ["README.md", "LICENSE", ...log].filter((name) => !names.has(name)).map((name) => `It has no ${name}.`)
}

const kilobytes = (bytes) => `${Math.ceil(bytes / 1000)} kB`

/** A row but for its sizes: what is installed with a package. */
const countsOf = (name) => {
  const { count, native, ours } = installedWith(name)
  const { peerDependencies = {}, peerDependenciesMeta = {} } = manifestOf(name)
  const peers = Object.keys(peerDependencies).map((peer) =>
    peerDependenciesMeta[peer] === undefined ? peer : `${peer} (optional)`
  )
  return [String(count), String(ours), peers.join(", ") || "none", native.join(", ") || "none"]
}

const NEAR = 0.1

const isNear = (said, found) => Math.abs(Number.parseInt(said, 10) - found / 1000) <= Math.max(2, (found / 1000) * NEAR)

/** How a package differs from its row; where the table is written, its row. */
const weigh = (name, tarball) => {
  const sizes = [tarball.length, filesOf(tarball).reduce((sum, { size }) => sum + size, 0)]
  const own = manifestOf(name).name
  if (isWriting) {
    rows.set(own, [`\`${own}\``, ...sizes.map(kilobytes), ...countsOf(name)])
    return []
  }
  const [, ...said] = rows.get(own) ?? []
  const isSame = sizes.every((size, at) => isNear(said[at] ?? "0", size))
  return isSame ? [] : [`It weighs ${sizes.map(kilobytes).join(", ")}: run 'node scripts/check-packages.mjs --write'.`]
}

const HEAD = `# Packages

What each package weighs, packed and unpacked, and what is installed with it. Made by \`node scripts/check-packages.mjs --write\`;
\`npm run check\` compares counts exactly and sizes to a tenth. Files for one kind of machine are not counted.

`

const writeTable = () => {
  const titles = ["package", "packed", "unpacked", "installed with it", "of these ours", "peers", "native code"]
  const lines = [
    titles,
    titles.map(() => "---"),
    ...[...rows].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, cells]) => cells)
  ]
  writeFileSync(tableFile, HEAD + lines.map((cells) => `| ${cells.join(" | ")} |\n`).join(""))
  run(join(root, "node_modules", ".bin", "oxfmt"), tableFile)
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
  const packed = /^roundlot-(?:([a-z-]+)-)?\d/.exec(basename(file))?.[1] ?? "runner"
  const types = isServed(packed) ? [] : await judgeTypes(tarball)
  const faults = [...(await judgeManifest(tarball)), ...types, ...weigh(packed, Buffer.from(tarball))]
  return [...faults, ...lacking(Buffer.from(tarball), join(root, "packages", packed))].map(
    (fault) => `${basename(file)}: ${fault}`
  )
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
for (const name of isWriting ? [] : allNames) {
  const own = manifestOf(name).name
  if (rows.get(own)?.slice(3).join("|") === countsOf(name).join("|")) continue
  console.error(`docs/reference/packages.md: what is installed with ${own} is ${countsOf(name).join(" | ")}`)
  process.exitCode = 1
}
const changed = allNames.filter((name) => isWriting || !passedBefore(name))

if (changed.length > 0) {
  const target = mkdtempSync(join(tmpdir(), "roundlot-pack-"))
  const faults = await checkPackages(changed, target)
  rmSync(target, { recursive: true, force: true })
  if (isWriting) writeTable()
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) process.exitCode = 1
  else {
    mkdirSync(cache, { recursive: true })
    for (const name of changed) writeFileSync(join(cache, name), contentsOf(join(root, "packages", name)))
  }
}
