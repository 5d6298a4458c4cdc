import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
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

/** How programs are bundled: as the command line is, for a checkout and as it is published. */
const bundling = fileURLToPath(new URL("../../../../scripts/bundle.mjs", import.meta.url))

/** What each program's own file does with `programs.ts`. */
const beginning = {
  main: "await programs.main()",
  clocked: "await programs.clocked()",
  intake: "await programs.intake()",
  migrating: "await programs.migrating()",
  performed: "export const { performed } = await programs.performed()"
}

const bundle = (folder: string): void => {
  const entry = fileURLToPath(new URL("programs.ts", import.meta.url))
  const { status } = spawnSync(process.execPath, [bundling, "--to", folder, "--tests", entry], { stdio: "inherit" })
  if (status !== 0) throw new Error("the program could not be bundled")
}

/** Has a daemon do its work on an empty store: what a start needs is compiled then. */
const compile = (folder: string): void => {
  const words = ["start", "--until-idle", "--port", "0", "--store", "sqlite:first.db"]
  const ended = spawnSync(process.execPath, ["--", join(folder, "main.mjs"), ...words], {
    cwd: folder,
    encoding: "utf8"
  })
  if (ended.status !== 0) throw new Error(`the program could not be started: ${ended.stderr}`)
}

const make = (): string => {
  const cache = join(runner, "node_modules", ".cache")
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, "programs-"))
  bundle(folder)
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }')
  const program = `import { begin } from "./begin.js"\nconst programs = begin(new URL(".", import.meta.url), "test")\n`
  for (const [name, begins] of Object.entries(beginning)) {
    writeFileSync(join(folder, `${name}.mjs`), `${program}${begins}\n`)
  }
  compile(folder)
  return folder
}

/**
 * Makes the command line one program, once for a run: it starts in a fraction of the time that its sources take, and stays as it is
 * while sources change under a long run. It stands in the package's folder, since that is where SQLite's binary is found.
 */
export const setup = (project: Pick<TestProject, "provide">): (() => void) => {
  const folder = make()
  project.provide("programs", folder)
  return () => rmSync(folder, { recursive: true, force: true })
}
