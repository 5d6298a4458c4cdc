import { Command } from "@effect/cli"
import { described } from "./help.ts"
import { startVerb } from "../verbs/start.ts"

/** All verbs of the command line. */
export const roundlot = Command.make("roundlot").pipe(
  described("Fractional trades in, whole lots at a broker, everything on record."),
  Command.withSubcommands([startVerb])
)
