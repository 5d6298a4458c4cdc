import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const conditions = ["@roundlot/source"]
const packages = [
  "core",
  "store-sql",
  "store-sqlite",
  "store-postgres",
  "broker-paper",
  "broker-alpaca",
  "broker-schwab",
  "broker-ibkr",
  "api",
  "runner",
  "dashboard"
]

/** These need a Postgres server; the first of them to run starts one for all. */
const onPostgres = new Set(["store-postgres", "runner"])
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const postgres = here("packages/store-postgres/test/globalSetup.ts")
/** Tests of the runner start it as a process, which is made once for all. */
const program = here("packages/runner/test/program.ts")
/** Builds the dashboard and unpacks a browser for its tests. */
const browser = here("packages/dashboard/test/browser.ts")

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    maxWorkers: 2,
    minWorkers: 1,
    allowOnly: false,
    // A limit for a test that hangs, with room for a busy machine: no test waits for time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      ...packages.map((name) => ({
        extends: true as const,
        test: {
          name,
          root: `packages/${name}`,
          include: ["test/**/*.test.ts"],
          globalSetup: [
            ...(onPostgres.has(name) ? [postgres] : []),
            ...(name === "runner" || name === "dashboard" ? [program] : []),
            ...(name === "dashboard" ? [browser] : [])
          ]
        }
      })),
      { extends: true as const, test: { name: "examples", root: "examples", include: ["**/*.test.ts"] } },
      { extends: true as const, test: { name: "simulation", root: "simulation", include: ["test/**/*.test.ts"] } }
    ]
  }
})
