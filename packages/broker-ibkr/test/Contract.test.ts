import { describeBroker } from "@roundlot/testing/vitest"
import { place } from "./contractPlace.ts"

describeBroker("Interactive Brokers", place, [
  "client order ids",
  "streaming",
  "corrections",
  "short sales",
  "proof",
  "clock",
  "quotes",
  "unknown statuses",
  "commissions"
])
