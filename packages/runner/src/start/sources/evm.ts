import { Health } from "@roundlot/core/ledger"
import type { EvmSource } from "@roundlot/source-evm"
import { isNodeUrl, type EvmSettings } from "@roundlot/source-evm/settings"
import { Effect, Either, Stream } from "effect"
import { ownPart, secrets, type Opening } from "@roundlot/daemon"
import type { Settings } from "../../settings/Settings.ts"

/** The package of contract events, loaded when a source needs it. */
const loaded = Effect.promise(() => import("@roundlot/source-evm"))

/** The variable with the address of a provider that a configuration names. */
const addressNameOf = (provider: string): string => secrets.variableOf("ROUNDLOT_EVM_URL", provider)

/** Where the nodes are that a source is read from, or which variable does not say it. An address is shown by its host, or its variable's name. */
export const providersOf = (
  { providers }: Pick<EvmSettings, "providers">,
  { variable }: Pick<Settings, "variable">
): Either.Either<ReadonlyArray<{ readonly name: string; readonly url: string }>, string> =>
  Either.all(
    providers.map((provider) => {
      if (isNodeUrl(provider)) return Either.right({ name: new URL(provider).host, url: provider })
      const name = addressNameOf(provider)
      const url = variable(name)
      if (url === undefined) return Either.left(`${name} is not set`)
      return isNodeUrl(url)
        ? Either.right({ name: provider, url })
        : Either.left(
            `${name} is not an address that begins with https:// or wss:// (http:// and ws:// on this machine)`
          )
    })
  )

const failed = (source: string, detail: string) => new ownPart.OwnPartFailed({ part: `source ${source}`, detail })

/** An address under `symbols` is found in small letters alone, as the chain's own figures have no others. */
const isMisspelt = (given: string): boolean => /^0x[0-9a-f]{40}$/i.test(given) && given !== given.toLowerCase()

/** Says which node a source is read from where that is not the first, and which events are no trades. */
const saying =
  (source: string, { failed, succeeded }: Health.HealthService) =>
  ({ left, provider, unread }: EvmSource.EvmStatus) => {
    const nodes = `provider of source ${source}`
    const events = `events of source ${source}`
    const shown = unread.map(({ id, reason }) => `${id} (${reason})`).join(", ")
    const remedy = "Review them, then list them in the source's ignore setting"
    return Effect.zipRight(
      left.length === 0
        ? succeeded(nodes)
        : failed(nodes, `${provider} is read: ${left.map(({ message }) => message).join("; ")}`),
      unread.length === 0 ? succeeded(events) : failed(events, `these events are not trades: ${shown}. ${remedy}`)
    )
  }

/** Follows the events of contracts: the first time until all is taken in that is there, then for as long as it is open. */
export const evmOpening = (name: string, said: EvmSettings, settings: Settings): Opening => {
  const { account, symbols = {} } = settings.configuration.sources.get(name) ?? {}
  let chosen: ReturnType<typeof EvmSource.choice> | undefined
  let hasEnded = false
  return Effect.gen(function* () {
    const { Booked, EvmSource } = yield* loaded
    const misspelt = Object.keys(symbols).find(isMisspelt)
    if (misspelt !== undefined) return yield* failed(name, `write ${misspelt} under symbols in lower case`)
    if (account === undefined) return yield* failed(name, "it has no account")
    const providers = yield* Either.mapLeft(providersOf(said, settings), (detail) => failed(name, detail))
    const health = yield* Health.Health
    const books = yield* Booked.booksOf(account, name)
    chosen ??= EvmSource.choice()
    const source = yield* EvmSource.make(
      { name, settings: said, providers, books, stands: saying(name, health) },
      chosen
    )
    return {
      ageMs: source.ageMs,
      deliveries: (cursor) => {
        const ended = Stream.execute(Effect.sync(() => (hasEnded = true)))
        return Stream.concat(source.deliveries(cursor, hasEnded ? "wait" : "end"), ended)
      }
    }
  })
}
