import { readdirSync, statSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

const conditions = ["@roundlot/source"]
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
/** Starts one Postgres server for all tests that need one. */
const postgres = here("packages/store-postgres/test/globalSetup.ts")
/** Tests that start the program as a process share one bundle of it. */
const program = here("packages/runner/test/program/setup.ts")
/** Says from which seed on properties are tried. */
const properties = here("packages/core/test/properties.ts")
/** Has workers take what the runner answers. */
const answers = here("packages/core/test/answers.ts")
/** Builds the dashboard and unpacks a browser. */
const browser = here("packages/dashboard/test/browser.ts")

const testsOf = (name: string) => `packages/${name}/test/**/*.test.ts`
const twins = "packages/*/test/**/*Twins.test.ts"
const prepared = ["dashboard", "store-postgres", "source-outbox", "runner"]

const packages = readdirSync(here("packages"))
const examples = "examples/**/*.test.ts"
/** A whole tier is one project with all that stands before tests: each project transforms and loads the sources anew. */
const isWhole = process.env["ROUNDLOT_TIER"] !== undefined

/** Projects are few, by what must stand before their tests: workers wait for the last file of each. */
const projects = [
  {
    name: "prepared",
    // What stands before the tests is found from here.
    root: "packages/dashboard",
    include: (isWhole ? [...packages.map(testsOf), examples] : prepared.map(testsOf)).map(here),
    exclude: ["**/node_modules/**", here("**/node_modules/**"), here(twins)],
    globalSetup: [postgres, program, browser]
  },
  // Broken twins take the place of modules.
  { name: "simulation", include: ["simulation/test/**/*.test.ts", twins], isolate: true },
  {
    name: "packages",
    include: isWhole ? [] : [testsOf("*"), examples],
    exclude: ["**/node_modules/**", twins, ...prepared.map(testsOf)]
  }
]

/** In the order of the projects; pages of the dashboard wait for browsers more than they work, so everything else fits beside them. */
const place = ({ moduleId, project }: TestSpecification): number =>
  moduleId.includes("/packages/dashboard/") ? -1 : projects.findIndex(({ name }) => name === project.name)

class LongWaitsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const size = new Map(files.map((file) => [file, statSync(file.moduleId).size]))
    return files.toSorted((one, other) => place(one) - place(other) || (size.get(other) ?? 0) - (size.get(one) ?? 0))
  }
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    setupFiles: [properties, answers],
    // One more than two processors: tests often wait, but each worker loads and compiles the modules anew, so that five of them
    // took 40 % more processor time for the same tests. As many at least as at most: the pool ends what it holds for an idle worker, and a shared one can get work at that moment.
    maxWorkers: 3,
    minWorkers: 3,
    allowOnly: false,
    silent: "passed-only",
    // A limit for a test that hangs, with room for a busy machine: no test waits for time.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Who looks again and again for a fact waits as long as who is told of one.
    expect: { poll: { timeout: 110_000 } },
    // Files share the modules of their worker: to load them for each took a third of the time. No module holds a test's state.
    isolate: false,
    sequence: { sequencer: LongWaitsFirst },
    projects: projects.map((test) => ({ extends: true as const, test }))
  }
})
