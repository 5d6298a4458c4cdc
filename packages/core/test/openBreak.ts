import { AccountName } from "../src/account/AccountName.ts"
import { BreakId } from "../src/identity/Id.ts"
import { Ticker } from "../src/instrument/Ticker.ts"
import type { Break } from "../src/reconciliation/Break.ts"
import type { Instant } from "../src/time/Instant.ts"

/** A break that is open since a moment. */
export const openBreak = (openedAt: Instant, fields: Partial<Break> = {}): Break => ({
  id: BreakId.make(1),
  account: AccountName.make("paper"),
  symbol: Ticker.make("AAPL"),
  kind: "FillMismatch",
  subject: `O${fields.id ?? 1}`,
  holds: "nothing",
  evidence: "",
  reason: undefined,
  details: undefined,
  openedAt,
  closedAt: undefined,
  closedWhy: undefined,
  version: 1,
  ...fields
})
