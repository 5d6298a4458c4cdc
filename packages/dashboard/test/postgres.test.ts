import { describe } from "vitest"
import { databases } from "../../runner/test/cli/database.ts"
import { flows } from "./flows.ts"
import { stage } from "./stage.ts"

const { fresh } = databases()

/** Nothing, without a look. */
const none = (): Promise<unknown> => Promise.resolve([])

describe("what an operator does, on Postgres", () => {
  // How a page looks is of no store: axe looks at it once, on SQLite.
  flows({ ...stage(fresh), findings: none, findingsInThemes: none })
})
