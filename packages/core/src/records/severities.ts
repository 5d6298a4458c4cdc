/** How grave an open break is, the gravest first. */
export const severities = ["escalated", "critical", "warning", "info"] as const

/** How grave an open break is. */
export type Severity = (typeof severities)[number]
