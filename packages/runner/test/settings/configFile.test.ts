import { describe, expect, it } from "vitest"
import { readsModule } from "../../src/settings/configFile.ts"

describe("a command line", () => {
  it("reads a module where --config names one, or one is proven", () => {
    expect(readsModule(["start", "--config", "live.config.ts"])).toBe(true)
    expect(readsModule(["start", "--config=live.config.mjs"])).toBe(true)
    expect(readsModule(["start", "--config", "roundlot.json"])).toBe(false)
    expect(readsModule(["start"])).toBe(false)
    expect(readsModule(["prove", "place.mjs"])).toBe(true)
  })
})
