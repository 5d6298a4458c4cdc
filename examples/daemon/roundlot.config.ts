import { Clock } from "@roundlot/core"
import * as HouseBroker from "@roundlot/example-custom-broker"
import { Config, Effect } from "effect"
import { defineConfig } from "roundlot"
import * as FillsFile from "./FillsFile.ts"

export default defineConfig({
  brokers: {
    house: ({ name }) => Effect.map(Clock.Clock, (clock) => HouseBroker.make(name, clock))
  },
  accounts: {
    desk: { broker: "house", lot: "1" }
  },
  sources: {
    fills: { account: "desk", follow: Effect.flatMap(Config.string("FILLS_FILE"), FillsFile.make) }
  }
})
