import * as LinesStore from "@roundlot/example-custom-store"
import { Config, Effect, Layer } from "effect"
import { defineConfig } from "roundlot"

/** The books in a file of lines, whose place is a variable. */
const layer = Layer.unwrapEffect(Effect.orDie(Effect.map(Config.string("LINES_FILE"), LinesStore.layer)))

export default defineConfig({ store: { name: "lines", layer } })
