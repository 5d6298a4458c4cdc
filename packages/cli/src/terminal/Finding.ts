import { TradeRepository } from "@roundlot/core/adapter"
import { Effect } from "effect"
import { SettingsError, UsageError } from "@roundlot/commands/errors"

/** What was looked at: whether it is well, what was found, and what to do where it is not. */
export interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly found: string
  readonly remedy: string | null
}

/** A check that found nothing wrong. */
export const well = (check: string, found: string): Finding => ({ check, ok: true, found, remedy: null })

/** A check that found something, and what to do about it. */
export const ill = (check: string, found: string, remedy: string): Finding => ({ check, ok: false, found, remedy })

/** What a failure says of itself, with what to do apart where it has that apart. */
const saidBy = (error: { readonly message: string }): Pick<Finding, "found" | "remedy"> => {
  if (error instanceof UsageError) return { found: error.problem, remedy: error.remedy }
  if (error instanceof TradeRepository.StoreUnavailable) {
    return { found: `${error.place}: ${error.detail}`, remedy: error.remedy }
  }
  if (error instanceof SettingsError) return { found: `${error.place}: ${error.problem}`, remedy: error.remedy }
  return { found: error.message, remedy: null }
}

/** A failure as a finding. */
export const failed =
  (check: string) =>
  (error: { readonly message: string }): Effect.Effect<ReadonlyArray<Finding>> =>
    Effect.succeed([{ check, ok: false, ...saidBy(error) }])
