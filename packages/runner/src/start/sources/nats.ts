import { Json } from "@roundlot/api"
import type { Trade } from "@roundlot/core"
import { Effect, Either, Redacted } from "effect"
import { readFile } from "node:fs/promises"
import { SettingsError } from "@roundlot/commands/errors"
import { secrets, type Opening, rejectedTrades, sourceTrade } from "@roundlot/daemon"
import { type NatsEntry, sourceUrl } from "@roundlot/daemon/configuration"
import type { Settings } from "../../settings/Settings.ts"

/** What the file of credentials says that a source's variable names, where it names one. */
const credentialsOf = (source: string, { variable }: Pick<Settings, "variable">) => {
  const name = secrets.variableOf("ROUNDLOT_SOURCE_CREDENTIALS", source)
  const file = variable(name) ?? ""
  return file === ""
    ? Effect.succeed(undefined)
    : Effect.tryPromise({
        try: async () => Redacted.make(await readFile(file, "utf8")),
        catch: () =>
          new SettingsError({
            place: name,
            problem: `${file} cannot be read`,
            remedy: "Check the path and its permissions"
          })
      })
}

const MOST = 1_000

/** The trades of a message: one, or a list of them. All are read, or none. */
const readMessage =
  (source: string) =>
  (text: string): Either.Either<ReadonlyArray<Trade.TradeInput>, string> =>
    Either.gen(function* () {
      const body = yield* Either.try({ try: (): unknown => JSON.parse(text), catch: () => "is not JSON" })
      const repeated = Json.repeatedMember(text)
      if (repeated !== undefined) return yield* Either.left(`${repeated} is given twice`)
      if (!Array.isArray(body)) return [yield* sourceTrade.readTrade(source)(body)]
      if (body.length > MOST) return yield* Either.left(`has more than ${MOST} trades`)
      const list: ReadonlyArray<unknown> = body
      return yield* Either.all(
        list.map((each, at) => Either.mapLeft(sourceTrade.readTrade(source)(each), (reason) => `[${at}] ${reason}`))
      )
    })

/** Follows a JetStream of NATS. */
export const openNats = (name: string, entry: NatsEntry, settings: Settings): Opening =>
  Effect.gen(function* () {
    const servers = yield* sourceUrl.urlOf(name, settings)
    const credentials = yield* credentialsOf(name, settings)
    const reject = yield* rejectedTrades.keepRejected(name, settings)
    const { NatsSource } = yield* Effect.promise(() => import("@roundlot/source-nats"))
    return yield* NatsSource.make({ ...entry, servers, credentials, read: readMessage(name), reject })
  })
