import { Context } from "effect"

/** The words that begin this program in a process of its own; none where its command line runs within another one. */
export class OwnProgram extends Context.Reference<OwnProgram>()("roundlot/OwnProgram", {
  defaultValue: (): ReadonlyArray<string> => []
}) {}

/** The word by which a daemon begins this program as its reader process. */
export const READER = "reader"
