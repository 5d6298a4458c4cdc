/** Who asks a broker: cancels have a share of the limit of their own, since ending an order matters most when much is going on. */
export type Purpose = "cancel" | "other"

/** Whether a request may leave now; if not, after how many milliseconds it may. */
export type Leave = { readonly _tag: "Go" } | { readonly _tag: "Wait"; readonly retryAfterMs: number }

/** How many of so many requests are kept for a purpose other than this one: a tenth, for cancels. */
export const keptFor = (purpose: Purpose, limit: number): number =>
  purpose === "cancel" ? 0 : Math.ceil(limit * CANCEL_SHARE)

const CANCEL_SHARE = 0.1
