// The program as one file, one way for the checkout, the published package and the tests: `program.cjs` is all of
// it but native code, `main.js` begins it. `node scripts/bundle.mjs` has the checkout's made where its sources have changed; `--to FOLDER`
// writes the program into a build, `--tests FILE` the programs of tests.
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import { createRequire } from "node:module"
import { dirname, join, relative } from "node:path"
import process from "node:process"
import { fileURLToPath, pathToFileURL } from "node:url"
import { parseArgs } from "node:util"
import { fresh } from "./fresh.mjs"

const root = fileURLToPath(new URL("..", import.meta.url))
const packages = join(root, "packages")
const runner = join(packages, "runner")

/** A module of native code that is used where it is installed. That of SQLite is asked for by name when a first file is opened. */
const apart = ["pg-native"]

/** The program of the thread that writes a store's pages: it is found beside what starts it. */
const checkpointer = join(packages, "store-sqlite", "src", "internal", "checkpointer.js")

/** The modules behind the names of an index that only lists them. */
const behindIndex = (file) =>
  new Map(
    [...fs.readFileSync(file, "utf8").matchAll(/^export \* as (\w+) from "(\.[^"]+)"/gm)].map(([, name, path]) => [
      name,
      join(dirname(file), path)
    ])
  )

const imports = (names, from, modules) => {
  const words = names.split(",").map((each) => each.trim())
  const split = words.filter((each) => each !== "" && !each.startsWith("type ")).map((each) => each.split(" as "))
  const direct = split
    .filter(([name]) => modules.has(name))
    .map(([name, as = name]) => `import * as ${as} from ${JSON.stringify(modules.get(name))}`)
  const rest = split.filter(([name]) => !modules.has(name)).map((each) => each.join(" as "))
  return [...direct, ...(rest.length === 0 ? [] : [`import { ${rest.join(", ")} } from "${from}"`])].join("; ")
}

const NAMED_IMPORT = /^import \{([^}]*)\} from "([^".][^"]*)"/gm

/**
 * Imports what is named from its own module in place of the index of its package: an index that is loaded lazily is evaluated whole,
 * so that a verb that lists would evaluate what every other verb needs.
 */
const withoutIndexes = {
  name: "without-indexes",
  setup: ({ onLoad, resolve }) => {
    const indexes = new Map()
    const indexOf = async (from, resolveDir) => {
      const { path } = await resolve(from, { kind: "import-statement", resolveDir })
      if (!indexes.has(path)) indexes.set(path, /\.[jt]s$/.test(path) ? behindIndex(path) : new Map())
      return indexes.get(path)
    }
    onLoad({ filter: /[/\\]packages[/\\][^/\\]+[/\\](src|test)[/\\].*\.ts$/ }, async ({ path }) => {
      let contents = fs.readFileSync(path, "utf8")
      for (const [whole, names, from] of contents.matchAll(NAMED_IMPORT)) {
        if (from.startsWith("node:")) continue
        const modules = await indexOf(from, dirname(path))
        if (modules.size > 0) contents = contents.replace(whole, () => imports(names, from, modules))
      }
      return { contents, loader: "ts" }
    })
  }
}

const byName = (one, other) => (one < other ? -1 : 1)

/** The licences of the packages that the program holds copies of. */
const licences = (inputs) => {
  const folders = new Set(inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []))
  return [...folders].toSorted(byName).map((folder) => {
    const { license, name, version } = JSON.parse(fs.readFileSync(join(runner, folder, "package.json"), "utf8"))
    const file = fs.readdirSync(join(runner, folder)).find((each) => /^licen[cs]e/i.test(each))
    const text = file === undefined ? "" : `\n\n${fs.readFileSync(join(runner, folder, file), "utf8")}`
    return `${name} ${version}: ${license}${text}`
  })
}

/** Loaded when something is bundled: a start seldom does. */
const esbuild = () => createRequire(join(runner, "package.json"))("esbuild")
const common = { absWorkingDir: runner, bundle: true, platform: "node", target: "node20", logLevel: "warning" }

/** Writes the program into a folder. What was compiled of another program is not taken for this one's: its name is in its first line. */
const bundle = async (folder, entry = "src/cli/main.ts") => {
  const { metafile, outputFiles } = await esbuild().build({
    ...common,
    entryPoints: [entry],
    conditions: ["@roundlot/source"],
    format: "cjs",
    external: apart,
    metafile: true,
    write: false,
    // Names and lines stay: a stack trace says them.
    minifySyntax: true,
    define: { "import.meta.url": "bundleUrl" },
    // What has been compiled can take no promise of a module from outside.
    supported: { "dynamic-import": false },
    plugins: [withoutIndexes]
  })
  const code = outputFiles[0].contents
  const name = createHash("sha256").update(code).digest("hex")
  fs.mkdirSync(folder, { recursive: true })
  const [begin, end] = [`/*${name}*/(function (module, require, bundleUrl) {`, "\n})"].map((each) => Buffer.from(each))
  fs.writeFileSync(join(folder, "program.cjs"), Buffer.concat([begin, code, end]))
  fs.writeFileSync(join(folder, "NOTICES.txt"), licences(Object.keys(metafile.inputs)).join("\n\n---\n\n"))
  fs.copyFileSync(checkpointer, join(folder, "checkpointer.js"))
}

/** Writes what begins a program and what says whether it can, which a build has of its own. */
const launch = (folder) =>
  esbuild().build({
    ...common,
    entryPoints: ["src/main.ts", "src/begin.ts", "src/settings/configFile.ts"],
    outbase: "src",
    outdir: folder,
    format: "esm",
    external: ["./src/cli/main.ts"]
  })

const filesIn = (folder) =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))

/** All that a bundle is made of: what is installed is said by the lockfile. The dashboard is served, and is no part of it. */
const sources = () => {
  const names = fs.readdirSync(packages).filter((name) => name !== "dashboard")
  const own = names.flatMap((name) => [join(packages, name, "package.json"), ...filesIn(join(packages, name, "src"))])
  const shared = ["pnpm-lock.yaml", "tsconfig.base.json", join("scripts", "bundle.mjs")]
  return [...own, ...shared.map((name) => join(root, name))].map((file) => relative(root, file)).toSorted(byName)
}

/** The folder of a bundle of the checkout's sources as they are now. */
export const freshProgram = () =>
  fresh({
    root,
    home: join(runner, "node_modules", ".cache", "program"),
    sources,
    make: async (folder) => {
      process.stderr.write("roundlot: bundling the program (once per version of its sources)\n")
      await Promise.all([bundle(folder), launch(folder)])
    }
  })

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values } = parseArgs({ options: { to: { type: "string" }, tests: { type: "string" } } })
  const { tests, to } = values
  await (to === undefined
    ? freshProgram()
    : tests === undefined
      ? bundle(to)
      : Promise.all([bundle(to, tests), launch(to)]))
}
