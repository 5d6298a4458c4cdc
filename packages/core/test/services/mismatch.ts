import { Effect } from "effect"
import { Need } from "../../src/books/Need.ts"
import { Ledger } from "../../src/ledger/Ledger.ts"
import type { Member } from "../../src/ledger/plan.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import { closeIfOpen, openOrUpdate } from "../../src/rules/breaks/ledgerBreaks.ts"
import { SampleDetails } from "@roundlot/testing"
import * as Stage from "./Stage.ts"

/** The symbol of these breaks. */
export const AAPL = Ticker.make("AAPL")

/** Commits what a rule does for the account of the stage. */
export const committed = (apply: Member<void>["apply"]) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.submit("command", {
      account: Stage.account,
      cause: { kind: "timer", actor: "test" },
      needs: [Need.Account({ account: Stage.account }), Need.Position({ account: Stage.account, symbol: AAPL })],
      apply
    })
  )

/** The fills of an order do not come to what its broker says. */
export const opens = (subject: string) =>
  committed((recorder) =>
    openOrUpdate(recorder, { symbol: AAPL, subject, details: SampleDetails.sampleDetails.FillMismatch })
  )

/** They do again. */
export const closes = (subject: string) =>
  committed((recorder) => closeIfOpen(recorder, AAPL, "FillMismatch", subject, "the totals agree"))
