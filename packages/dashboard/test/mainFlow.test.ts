import { describe } from "vitest"
import { mainFlow } from "./flows.ts"
import { stage } from "./stage.ts"

describe("what an operator does most", () => {
  mainFlow(stage())
})
