/**
 * What is known of an instrument: nothing yet; that it may be traded; that the broker has it and does not trade it; that the broker has
 * none of this symbol.
 */
export const instrumentStatuses = ["unverified", "verified", "not_traded", "unknown"] as const

/** What a broker does not trade: it is asked for again now and then. */
export const untraded = ["not_traded", "unknown"] as const satisfies ReadonlyArray<(typeof instrumentStatuses)[number]>
