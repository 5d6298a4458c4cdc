import { describe } from "vitest"
import { flows } from "./flows.ts"
import { stage } from "./stage.ts"

describe("what an operator does", () => {
  flows(stage())
})
