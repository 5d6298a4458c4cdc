import { messages } from "./messages.ts"

/** Texts of states that say a figure too. */
export const texts = messages({
  endedFilled: "{state}, {filled} filled",
  replacedBy: "Replaced by r{revision}",
  completedCancelled: "Completed, {cancelled} cancelled",
  completedErrors: { one: "Completed with {errors} error", other: "Completed with {errors} errors" },
  left: "{span} left"
})
