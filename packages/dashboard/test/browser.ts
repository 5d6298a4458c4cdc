import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import process from "node:process"
import { fileURLToPath } from "node:url"
import type { TestProject } from "vitest/node"

declare module "vitest" {
  interface ProvidedContext {
    /** The browser that tests drive; empty where it is this machine's own Chrome. */
    readonly chromium: string
    /** Where the daemon's program is, as the runner's own set-up makes it. */
    readonly programs: string
  }
}

const build = fileURLToPath(new URL("../../../scripts/dashboard.mjs", import.meta.url))

const unpacked = async (): Promise<string> => {
  const named = process.env["CHROMIUM_PATH"]
  if (named !== undefined && existsSync(named)) return named
  // The package has a browser for this one platform.
  if (process.platform !== "linux" || process.arch !== "x64") return ""
  // Asked for by the package before it unpacks: libraries that a bare machine lacks.
  process.env["AWS_LAMBDA_JS_RUNTIME"] ??= "nodejs20.x"
  const { default: chromium } = await import("@sparticuz/chromium")
  return chromium.executablePath()
}

/** Builds what is tested, and has a browser ready, once for all files. */
export const setup = async (project: Pick<TestProject, "provide">): Promise<void> => {
  const built = spawnSync(process.execPath, [build], { stdio: "inherit" })
  if (built.status !== 0) throw new Error("the dashboard could not be built")
  project.provide("chromium", await unpacked())
}
