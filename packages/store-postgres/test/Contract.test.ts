import { describeStore } from "@roundlot/testing/vitest"
import { Effect, Redacted } from "effect"
import { make } from "../src/internal/make.ts"
import { database } from "./place.ts"

const place = Effect.map(database, (url) => ({ open: make({ url: Redacted.make(url) }) }))

describeStore("Postgres", place, ["reopening", "constraints", "forgetting"])
