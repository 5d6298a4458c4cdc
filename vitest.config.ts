import { defineConfig } from "vitest/config"

const conditions = ["@roundlot/source"]
const packages = ["core", "store-sql", "store-sqlite", "broker-paper", "runner"]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    maxWorkers: 2,
    minWorkers: 1,
    allowOnly: false,
    testTimeout: 30_000,
    projects: [
      ...packages.map((name) => ({
        extends: true as const,
        test: { name, root: `packages/${name}`, include: ["test/**/*.test.ts"] }
      })),
      { extends: true as const, test: { name: "examples", root: "examples", include: ["**/*.test.ts"] } }
    ]
  }
})
