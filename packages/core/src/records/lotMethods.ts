/** Which lot is closed first: the oldest, the newest, that which gains least, or all at their average (LOT-4). */
export const lotMethods = ["fifo", "lifo", "hifo", "average"] as const

/** One of the methods. */
export type LotMethod = (typeof lotMethods)[number]
