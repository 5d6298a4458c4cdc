/**
 * What becomes of a row when its batch is called off, tried again or put away. `stopped`: nothing was sent for it, and never will be.
 * `asked`: its broker is asked to end its order. `goes_on`: it is under way, and nothing more is asked of it. `again`: it is tried
 * again whole. `rest`: what its order has not filled is. `dismissed`: it was decided that it is not counted. `filled`: nothing is left
 * of it. `known`: it is tried again already. `not_failed`: it has not failed any more. `rejected`: it is no trade. `done`, `failed`,
 * `cancelled`: it ended so, and stays.
 */
export const fates = [
  "stopped",
  "asked",
  "goes_on",
  "again",
  "rest",
  "dismissed",
  "filled",
  "known",
  "not_failed",
  "rejected",
  "done",
  "failed",
  "cancelled"
] as const

/** What becomes of a row. */
export type Fate = (typeof fates)[number]
