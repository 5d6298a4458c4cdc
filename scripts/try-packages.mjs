// `npm run try-packages`: what would be published, installed in an empty project elsewhere. The README's program compiles and runs
// there, importing a package starts nothing, and there is one Effect. pnpm takes what it has and asks the registry for the rest.
import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { packageNames, root } from "./sources.mjs"

const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
const home = mkdtempSync(join(tmpdir(), "roundlot-try-"))
const tarballs = join(home, "tarballs")
const app = join(home, "app")

const run = (cwd, file, ...args) => {
  const { status, stderr, stdout } = spawnSync(file, args, { cwd, encoding: "utf8", timeout: 300_000 })
  if (status !== 0) throw new Error(`${file} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`)
  return stdout
}

const refusedBy = (cwd, file, ...args) => {
  const { status, stderr } = spawnSync(file, args, { cwd, encoding: "utf8", timeout: 300_000 })
  if (status === 0) throw new Error(`${file} ${args.join(" ")} was to fail`)
  return stderr
}

const manifestOf = (name) => JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"))
const manifests = packageNames.map(manifestOf)

const ours = Object.fromEntries(
  manifests.map(({ name, version }) => [
    name,
    `file:${join(tarballs, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`)}`
  ])
)

/** An empty project with these dependencies. */
const makeProject = (folder, dependencies) => {
  mkdirSync(folder)
  // No package's build script runs: nothing may be compiled.
  const pnpm = { overrides: ours, onlyBuiltDependencies: [] }
  const manifest = { name: "app", private: true, type: "module", dependencies, pnpm }
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, null, 2))
}

const install = (folder) =>
  run(folder, "npx", "-y", packageManager, "install", "--prefer-offline", "--ignore-workspace")

const peers = Object.assign({}, ...manifests.map(({ peerDependencies }) => peerDependencies))

/** An empty project that depends on every tarball, and on the peers that they ask for. */
const makeApp = () => {
  makeProject(app, { ...peers, ...ours })
  cpSync(join(root, "examples", "embed", "quickstart.ts"), join(app, "program.ts"))
  const compilerOptions = { module: "NodeNext", target: "ES2022", strict: true, skipLibCheck: true, types: [] }
  writeFileSync(join(app, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }))
  const running =
    'import { Effect } from "effect"\nimport { program } from "./program.js"\nconst [position] = await Effect.runPromise(program)\nif (position?.symbol !== "AAPL") throw new Error("it bought nothing")\n'
  writeFileSync(join(app, "main.js"), running)
}

const oneEffect = () => {
  const effects = readdirSync(join(app, "node_modules", ".pnpm")).filter((name) => name.startsWith("effect@"))
  if (effects.length !== 1) throw new Error(`there are ${effects.length} Effects: ${effects.join(", ")}`)
}

/** Other versions of Node that programs run on: the one that runs this is the oldest. `--node 22,24` has them fetched as packages. */
const others = (process.argv[process.argv.indexOf("--node") + 1] ?? "").split(",").filter((each) => /^\d+$/.test(each))

/** The README's program on another version of Node, on what was installed by this one. */
const runsOn = (version) => {
  const said = run(app, "npx", "-y", `node@${version}`, "-p", "process.version").trim()
  run(app, "npx", "-y", `node@${version}`, "main.js")
  return said
}

/** The doors of a package that programs import; Vitest lets its own in only while it runs. */
const doorsOf = ({ exports, name }) =>
  Object.entries(exports).flatMap(([door, target]) => (target?.default === undefined ? [] : [join(name, door)]))

/** An import that says something, or after which the process does not end by itself, does more than to be there. */
const importsQuietly = (door) => {
  const said = run(app, process.execPath, "--input-type=module", "-e", `await import("${door}")`)
  if (said !== "") throw new Error(`${door} says when it is imported: ${said}`)
}

/** Programs of CommonJS have each door too. */
const isRequired = (door) => run(app, process.execPath, "--input-type=commonjs", "-e", `require("${door}")`)

const hasSqlite = (version) => {
  const [major = 0, minor = 0] = version.replace("v", "").split(".").map(Number)
  return major > 22 || (major === 22 && minor >= 16)
}

/** What the README says to install, and nothing else: no binary comes with it, and an old Node says what is missing. */
const runsAlone = (versions) => {
  const alone = join(home, "alone")
  const wanted = ["@roundlot/core", "@roundlot/broker-paper"].map((name) => [name, ours[name]])
  makeProject(alone, { effect: peers.effect, ...Object.fromEntries(wanted) })
  install(alone)
  const files = readdirSync(join(alone, "node_modules", ".pnpm"), { recursive: true })
  const binaries = files.filter((file) => file.endsWith(".node"))
  if (binaries.length > 0) throw new Error(`the paper broker brings binaries: ${binaries.join(", ")}`)
  for (const file of ["program.js", "main.js"]) cpSync(join(app, file), join(alone, file))
  for (const version of versions) {
    const node = version === process.version ? [process.execPath] : ["npx", "-y", `node@${version.replace("v", "")}`]
    const program = [...node, "main.js"]
    if (hasSqlite(version)) run(alone, ...program)
    else if (!refusedBy(alone, ...program).includes("install @photostructure/sqlite"))
      throw new Error(`Node ${version} does not say what is missing`)
  }
}

/** The program is one file, and leaves what was compiled of it for the next start. */
const startsAtOnce = () => {
  run(app, join(app, "node_modules", ".bin", "roundlot"), "--version")
  const store = ["--store", `sqlite:${join(app, "books.db")}`]
  run(app, join(app, "node_modules", ".bin", "roundlot"), "start", "--until-idle", ...store)
  const files = readdirSync(join(app, "node_modules", "roundlot", "dist"))
  for (const kind of ["other", "start"]) {
    if (!files.some((name) => name.startsWith(`program.${kind}.`))) throw new Error(`'${kind}' left nothing compiled`)
  }
}

/** A configuration that is code shares the packages with the program: an own broker is opened, and drives its account. */
const CONFIGURATION = `import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { Broker } from "@roundlot/core"
import { Context, Effect, Layer } from "effect"
import { defineConfig } from "roundlot"
const house = ({ name }) =>
  Effect.flatMap(Layer.build(Layer.provide(PaperBroker.layerBrokers, Exchange.layer({}))), (context) =>
    Context.get(context, Broker.Brokers).get(name))
export default defineConfig({ brokers: { house }, accounts: { desk: { broker: "house" } } })
`

const takesCode = () => {
  writeFileSync(join(app, "own.config.mjs"), CONFIGURATION)
  const store = ["--config", "own.config.mjs", "--store", `sqlite:${join(app, "own.db")}`]
  const roundlot = join(app, "node_modules", ".bin", "roundlot")
  const started = run(app, roundlot, "start", "--until-idle", ...store)
  if (!started.includes("house broker, account desk")) throw new Error(`an own broker was not driven:\n${started}`)
}

try {
  run(root, process.execPath, join(root, "node_modules/@typescript/native/bin/tsc"), "-b")
  mkdirSync(tarballs)
  run(
    root,
    "npx",
    "-y",
    packageManager,
    "--filter",
    "./packages/*",
    "--recursive",
    "pack",
    "--pack-destination",
    tarballs
  )
  makeApp()
  install(app)
  oneEffect()
  run(app, process.execPath, join(root, "node_modules", "@typescript", "native", "bin", "tsc"), "-p", ".")
  run(app, process.execPath, "main.js")
  const versions = [process.version, ...others.map(runsOn)]
  runsAlone(versions)
  const doors = manifests.flatMap(doorsOf).filter((door) => !door.endsWith("/vitest"))
  for (const door of doors) {
    importsQuietly(door)
    isRequired(door)
  }
  startsAtOnce()
  takesCode()
  console.log(
    `${manifests.length} packages installed, ${doors.length} doors imported and required; the README's program compiles, and runs on ${versions.join(", ")}`
  )
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(home, { recursive: true, force: true })
}
