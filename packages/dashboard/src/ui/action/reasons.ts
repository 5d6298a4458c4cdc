import { keptLists } from "../parts/kept.ts"

const MOST = 8

const kept = keptLists("roundlot.", (value): value is string => typeof value === "string")

/** The reasons that were given last in this browser, the newest first. */
export const useReasons = (): ReadonlyArray<string> => kept.use("reasons")

/** Keeps a reason that was given. */
export const keepReason = (reason: string): void =>
  kept.write("reasons", [reason, ...kept.of("reasons").filter((each) => each !== reason)].slice(0, MOST))
