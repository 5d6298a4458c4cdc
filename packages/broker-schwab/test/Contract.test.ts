import { describeBroker } from "@roundlot/testing/vitest"
import { place } from "./contractPlace.ts"

describeBroker("Schwab", place, [
  "streaming",
  "corrections",
  "replacing",
  "short sales",
  "proof",
  "clock",
  "quotes",
  "unknown statuses"
])
