import type { AccountName } from "@roundlot/core"
import { Either, Redacted } from "effect"
import { duration } from "@roundlot/commands"
import { variableOf } from "../../secrets.ts"
import type { Configuration } from "../Configuration.ts"
import type { Settings } from "../../Settings.ts"

/** A source that hands its trades over itself, and the account that they are for. */
export interface Sender {
  readonly name: string
  readonly account: AccountName.AccountName
  /** So many milliseconds of silence are an alarm; none where nothing is said. */
  readonly alarmAfterMs: number | undefined
}

/** The milliseconds of silence that an entry says are an alarm. */
export const alarmAfterMsOf = ({ alarmAfter }: { readonly alarmAfter?: string | undefined } = {}): number | undefined =>
  alarmAfter === undefined ? undefined : Either.getOrUndefined(duration.durationMs(alarmAfter, "alarmAfter"))

/** The sources that hand their trades over themselves. */
export const sendersOf = ({ sources }: Pick<Configuration, "sources">): ReadonlyArray<Sender> =>
  [...sources].flatMap(([name, entry]) =>
    entry.webhook !== true || entry.account === undefined
      ? []
      : [{ name, account: entry.account, alarmAfterMs: alarmAfterMsOf(entry) }]
  )

/** The variable with the secret that a source signs with; while it is changed, with both, and a blank between them. */
export const secretNameOf = (source: string): string => variableOf("ROUNDLOT_SOURCE_SECRET", source)

const SHORTEST = 16

const said = (source: string, { variable }: Pick<Settings, "variable">): ReadonlyArray<string> =>
  (variable(secretNameOf(source)) ?? "").split(/\s+/).filter((secret) => secret !== "")

/** The secrets that a source signs with, or why nothing is taken from it. What is signed names no source: two never have the same. */
export const secretsOf = (
  source: string,
  settings: Pick<Settings, "variable"> & { readonly configuration: Pick<Configuration, "sources"> }
): Either.Either<ReadonlyArray<Redacted.Redacted>, string> => {
  const secrets = said(source, settings)
  if (secrets.length === 0) return Either.left(`${secretNameOf(source)} is not set`)
  if (secrets.some(({ length }) => length < SHORTEST))
    return Either.left(`${secretNameOf(source)} has a secret of fewer than ${SHORTEST} characters`)
  const others = sendersOf(settings.configuration).filter(({ name }) => name !== source)
  const twin = others.find(({ name }) => said(name, settings).some((each) => secrets.includes(each)))
  return twin === undefined
    ? Either.right(secrets.map((secret) => Redacted.make(secret)))
    : Either.left(`${secretNameOf(source)} is the secret of ${twin.name} too`)
}
