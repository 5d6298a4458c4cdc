import type { Audit } from "@roundlot/core"
import { Effect } from "effect"
import { UsageError } from "../cli/UsageError.ts"

/** The place and hash that `journal head` prints, as a person or program gives them back. */
export const anchorOf = (text: string | undefined): Effect.Effect<Audit.Anchor | undefined, UsageError> =>
  Effect.gen(function* () {
    if (text === undefined) return undefined
    const [, position, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? []
    if (position === undefined || hash === undefined) {
      const remedy = "Write POSITION:HASH as 'roundlot journal head' prints them"
      return yield* new UsageError({ problem: `--anchor '${text}' is no anchor`, remedy })
    }
    return { position: Number(position), hash }
  })
