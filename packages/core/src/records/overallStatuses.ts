/**
 * How all is in a word: nothing is set up; nothing needs a person; cases are open; less is sent than usual; no process works on what
 * waits; a case, or a part of the daemon, is critical.
 */
export const overallStatuses = ["empty", "well", "cases", "restricted", "unattended", "critical"] as const

/** How all stands in a word. */
export type OverallStatus = (typeof overallStatuses)[number]
