import { Context } from "effect"

/** The words that begin this program in a process of its own; none where its command line runs within another one. */
export class OwnProgram extends Context.Reference<OwnProgram>()("roundlot/OwnProgram", {
  defaultValue: (): ReadonlyArray<string> => []
}) {}

/** The word by which a daemon has this program read the past for it. */
export const PAST_READS = "pastreads"
