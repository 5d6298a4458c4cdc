import { Effect } from "effect"

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

/** A failure as a finding: what stands before its first full stop, and what to do after it. */
export const toldBy = (check: string) => (error: { readonly message: string }) => {
  const [found = "", ...rest] = error.message.split(". ")
  return Effect.succeed([ill(check, found, rest.join(". ") || "See the message")])
}
