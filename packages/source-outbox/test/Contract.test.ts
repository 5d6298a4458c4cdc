import { describeSource } from "@roundlot/core/testing/vitest"
import { place } from "./place.ts"

describeSource("a Postgres outbox", place)
