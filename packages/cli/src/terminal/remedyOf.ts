import type { VerbError } from "../VerbError.ts"

/** By the tag of an error the command to run next. */
const commands: ReadonlyMap<string, string> = new Map([
  ["NoBatch", "list them with 'roundlot batches list'"],
  ["NoJob", "list them with 'roundlot jobs list'"],
  ["NoSession", "list them with 'roundlot sessions list'"],
  ["NoTemplate", "list them with 'roundlot batches templates list'"],
  ["NoToken", "list them with 'roundlot tokens list'"],
  ["UnknownAccount", "add it with 'roundlot accounts add', or name another"],
  ["NotProposer", "create one with 'roundlot tokens create NAME --role propose'"],
  ["TokenVoid", "see 'roundlot tokens create --help'"]
])

/** What to run after an error, without line end; nothing where its message says all. The error itself names no command: other faces show it too. */
export const remedyOf = (error: VerbError): string | undefined =>
  error._tag === "NotFound" && "list" in error
    ? `list them with 'roundlot ${String(error.list)} list'`
    : commands.get(error._tag)
