import { build } from "esbuild"
import { spawnSync } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import type { TestProject } from "vitest/node"

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the programs that tests run as processes of their own. */
    readonly programs: string
  }
}

const runner = fileURLToPath(new URL("../..", import.meta.url))

/** The program of the thread that writes a store's pages: it is found beside what starts it. */
const checkpointer = new URL("../../../store-sqlite/src/internal/checkpointer.js", import.meta.url)

/** What a bundle of modules may not hold: modules of native code, and what asks for them. */
const apart = ["better-sqlite3", "pg", "pg-native"]

/** What each program's own file does with `programs.ts`; `first` is the command line that leaves it compiled. */
const beginning = {
  main: "await programs.main()",
  clocked: "await programs.clocked()",
  intake: "await programs.intake()",
  migrating: "await programs.migrating()",
  performed: "export const { performed } = await programs.performed()",
  first: "keepCompiled()\nawait programs.main()"
}

const bundle = (folder: string) =>
  build({
    absWorkingDir: runner,
    entryPoints: ["test/program/programs.ts"],
    outfile: join(folder, "programs.cjs"),
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    conditions: ["@roundlot/source"],
    external: apart,
    define: { "import.meta.url": "bundleUrl" },
    // What has been compiled can take no promise of a module from outside.
    supported: { "dynamic-import": false },
    logLevel: "warning"
  })

/** Has a daemon do its work on an empty store: what a start needs is compiled then. */
const compile = (folder: string): void => {
  const words = ["start", "--until-idle", "--port", "0", "--store", "sqlite:first.db"]
  const ended = spawnSync(process.execPath, ["--", join(folder, "first.mjs"), ...words], {
    cwd: folder,
    encoding: "utf8"
  })
  if (ended.status !== 0) throw new Error(`the program could not be started: ${ended.stderr}`)
}

const make = async (): Promise<string> => {
  const cache = join(runner, "node_modules", ".cache")
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, "programs-"))
  await bundle(folder)
  copyFileSync(new URL("compiled.mjs", import.meta.url), join(folder, "compiled.mjs"))
  copyFileSync(checkpointer, join(folder, "checkpointer.js"))
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }')
  for (const [name, begins] of Object.entries(beginning)) {
    writeFileSync(join(folder, `${name}.mjs`), `import { keepCompiled, programs } from "./compiled.mjs"\n${begins}\n`)
  }
  compile(folder)
  return folder
}

/**
 * Makes the command line one program, once for a run: it starts in a fraction of the time that its sources take, and stays as it is
 * while sources change under a long run. It stands in the package's folder, since that is where its native modules are found.
 */
export const setup = async (project: Pick<TestProject, "provide">): Promise<() => void> => {
  const folder = await make()
  project.provide("programs", folder)
  return () => rmSync(folder, { recursive: true, force: true })
}
