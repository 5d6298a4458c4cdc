import { AccountName } from "../src/records/AccountName.ts"
import { BreakId } from "../src/values/Id.ts"
import { Ticker } from "../src/records/Ticker.ts"
import type { Break } from "../src/records/Break.ts"
import { SampleDetails } from "@roundlot/testing"
import type { Instant } from "../src/values/Instant.ts"

/** A break that is open since a moment. */
export const openBreak = (openedAt: Instant, fields: Partial<Break> = {}): Break => ({
  id: BreakId.make(1),
  account: AccountName.make("paper"),
  symbol: Ticker.make("AAPL"),
  kind: "FillMismatch",
  subject: `O${fields.id ?? 1}`,
  holds: "nothing",
  details: SampleDetails.sampleDetails[fields.kind ?? "FillMismatch"],
  openedAt,
  closedAt: undefined,
  closedWhy: undefined,
  closedBy: undefined,
  version: 1,
  ...fields
})
