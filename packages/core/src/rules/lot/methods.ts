/** Which lot is closed first: the oldest, the newest, that which gains least, or all at their average. */
export const methods = ["fifo", "lifo", "hifo", "average"] as const

/** One of the methods. */
export type Method = (typeof methods)[number]
