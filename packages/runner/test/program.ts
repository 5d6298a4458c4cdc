import { build } from "esbuild"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { TestProject } from "vitest/node"

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the programs that tests run as processes of their own. */
    readonly programs: string
  }
}

const runner = fileURLToPath(new URL("..", import.meta.url))

/** What a bundle of modules may not hold: modules of native code, and what asks for them. */
const apart = ["better-sqlite3", "pg", "pg-native"]

/**
 * Makes the command line one program, once for a run: it starts in a fraction of the time that its sources take, and stays as it is
 * while sources change under a long run. It stands in the package's folder, since that is where its native modules are found.
 */
export const setup = async (project: Pick<TestProject, "provide">): Promise<() => void> => {
  const cache = join(runner, "node_modules", ".cache")
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, "programs-"))
  await build({
    absWorkingDir: runner,
    entryPoints: {
      main: "src/main.ts",
      clocked: "test/kill/clocked.ts",
      intake: "test/kill/intake.ts",
      migrating: "test/store/migrating.ts",
      performed: "test/cli/performed.ts"
    },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["@roundlot/source"],
    external: apart,
    banner: {
      js: `import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url)`
    },
    outExtension: { ".js": ".mjs" },
    logLevel: "warning"
  })
  project.provide("programs", folder)
  return () => rmSync(folder, { recursive: true, force: true })
}
