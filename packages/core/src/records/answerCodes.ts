/** The answers to "what order would be made now, or why none?" (D4) that have no fields. */
export const plainAnswers = [
  "NotDue",
  "OrderLive",
  "Collecting",
  "Halted",
  "BreakOpen",
  "SessionClosed",
  "RestrictedHours",
  "CoolingDown",
  "OppositeOrderLive",
  "NoPrice"
] as const

/** What holds a position until it is resumed: an operator's cancel of its order, its open circuit (D8), or a side that its broker refuses for a session. */
export const holdCauses = ["cancel", "circuit", "refused"] as const
