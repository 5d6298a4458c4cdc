import { Effect, Redacted } from "effect"
import { SettingsError } from "@roundlot/commands/errors"
import { variableOf } from "../../secrets.ts"
import type { Settings } from "../../Settings.ts"

/** The variable with the address of a source, which may hold a password. */
const urlNameOf = (source: string): string => variableOf("ROUNDLOT_SOURCE_URL", source)

/** The address of a source, from its variable. */
export const urlOf = (
  source: string,
  { variable }: Pick<Settings, "variable">
): Effect.Effect<Redacted.Redacted, SettingsError> => {
  const name = urlNameOf(source)
  const url = variable(name) ?? ""
  return url === ""
    ? Effect.fail(
        new SettingsError({ place: name, problem: "is not set", remedy: "Give it the address of the source" })
      )
    : Effect.succeed(Redacted.make(url))
}
