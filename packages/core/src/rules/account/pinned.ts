import { Need } from "../../books/Need.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { AccountSettings } from "../../records/Account.ts"
import type { Ticker } from "../../records/Ticker.ts"

/** What was read of an account before a commit that may take it to another broker. */
export interface Driven {
  /** Had it an order that may have left? Yes where nothing is said. */
  readonly isDriven?: boolean | undefined
  /** The symbols of its positions. */
  readonly symbols?: ReadonlyArray<Ticker> | undefined
}

/** Must an account stay at its broker? By what was read, or by an order of this commit's rows that is on its way or at the broker. */
export const isPinned = (
  recorder: Recorder,
  settings: Pick<AccountSettings, "broker" | "environment">,
  { isDriven = true, symbols = [] }: Driven
): boolean => {
  const { account, books } = recorder
  recorder.need(Need.Account({ account }))
  const before = books.accounts.get(account)
  const isElsewhere = before?.broker !== settings.broker || before.environment !== settings.environment
  return isDriven || (before !== undefined && isElsewhere && isAway(recorder, symbols))
}

const isAway = (recorder: Recorder, symbols: ReadonlyArray<Ticker>): boolean =>
  symbols.some((symbol) => {
    recorder.need(Need.Position({ account: recorder.account, symbol }))
    return recorder.books.orders.find("live", [recorder.account, symbol]).some(({ status }) => status !== "pending")
  })
