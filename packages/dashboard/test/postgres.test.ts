import { describe } from "vitest"
import { databases } from "../../runner/test/cli/database.ts"
import { stage } from "./stage.ts"
import { writing } from "./writing.ts"

const { fresh } = databases()

describe("what an operator does, on Postgres", () => {
  writing(stage(fresh))
})
