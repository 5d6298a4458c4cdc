import { describeSource } from "@roundlot/core/testing/vitest"
import { place } from "./place.ts"

describeSource("a JetStream of NATS", place)
