import { describeSource } from "@roundlot/testing/vitest"
import { place } from "./place.ts"

describeSource("a Postgres outbox", place)
