import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const conditions = ["@roundlot/source"]
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
/** Starts one Postgres server for all tests that need one. */
const postgres = here("packages/store-postgres/test/globalSetup.ts")
/** Tests that start the program as a process share one bundle of it. */
const program = here("packages/runner/test/program/setup.ts")
/** Builds the dashboard and unpacks a browser. */
const browser = here("packages/dashboard/test/browser.ts")

const testsOf = (name: string) => `packages/${name}/test/**/*.test.ts`
const prepared = ["store-postgres", "runner", "dashboard"]

/** Projects are few, by what must stand before their tests: workers wait for the last file of each. */
const projects = [
  {
    name: "packages",
    include: [testsOf("*"), "examples/**/*.test.ts"],
    exclude: ["**/node_modules/**", ...prepared.map(testsOf)]
  },
  { name: "store-postgres", root: "packages/store-postgres", globalSetup: [postgres] },
  { name: "runner", root: "packages/runner", globalSetup: [postgres, program] },
  { name: "dashboard", root: "packages/dashboard", globalSetup: [postgres, program, browser] },
  // Its broken twins take the place of modules.
  { name: "simulation", root: "simulation", isolate: true }
]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // More than two processors: much of a test is waiting for programs that it has started. As many at least as at
    // most: the pool ends what it holds for an idle worker, and a shared one can get work at that moment.
    maxWorkers: 5,
    minWorkers: 5,
    allowOnly: false,
    silent: "passed-only",
    // A limit for a test that hangs, with room for a busy machine: no test waits for time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Files share the modules of their worker: to load them for each took a third of the time. No module holds a test's state.
    isolate: false,
    projects: projects.map((test) => ({ extends: true as const, test }))
  }
})
