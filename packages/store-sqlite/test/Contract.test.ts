import { join } from "node:path"
import { describeStore } from "@roundlot/testing/vitest"
import { Effect } from "effect"
import { make } from "../src/internal/make.ts"
import { folder } from "./place.ts"

const place = Effect.map(folder, (path) => ({ open: make({ file: join(path, "roundlot.db") }) }))

describeStore("SQLite", place, ["reopening", "constraints", "forgetting"])
