import { Effect, Either, Option } from "effect"
import type { Provider } from "./Provider.ts"
import { NoProvider, ProviderFault } from "./ProviderFault.ts"

/** Which provider is asked, and what was wrong with those that were left for it. */
export interface Using {
  readonly provider: string
  readonly left: ReadonlyArray<ProviderFault>
}

/** Which of several providers is asked first; it lives as long as the program, through every opening of the source. */
export interface Choice {
  index: number
  /** What was wrong with those that were left for it. */
  left: ReadonlyArray<ProviderFault>
  /** When the first one was left, in milliseconds. */
  leftAt: number
  /** The number of the newest block that any has answered with, and when that was. */
  head: number
  headAt: number
}

/** After so long the first provider is asked again. */
const FIRST_AGAIN_MS = 300_000

/** Another's head must be so many blocks further for a provider to be left behind. */
const BEHIND = 3

/** Asks one provider after the other, the one that was last used first, until one answers; fails with what each said. */
export const using =
  (providers: ReadonlyArray<Provider>, choice: Choice) =>
  <A, E>(
    now: number,
    ask: (provider: Provider) => Effect.Effect<A, E | ProviderFault>
  ): Effect.Effect<readonly [A, Using], E | NoProvider> =>
    Effect.gen(function* () {
      if (choice.index !== 0 && now - choice.leftAt >= FIRST_AGAIN_MS) choice.index = 0
      const left: Array<ProviderFault> = []
      for (let turn = 0; turn < providers.length; turn++) {
        const provider = providers[choice.index % providers.length]
        if (provider === undefined) break
        const answer = yield* Effect.either(ask(provider))
        if (Either.isRight(answer)) {
          if (left.length > 0 || choice.index === 0) choice.left = left
          return [answer.right, { provider: provider.name, left: choice.left }] as const
        }
        if (!(answer.left instanceof ProviderFault)) return yield* Effect.fail(answer.left)
        left.push(answer.left)
        choice.index = (choice.index + 1) % providers.length
        choice.leftAt = now
      }
      return yield* new NoProvider({ faults: left })
    })

const othersOf = (providers: ReadonlyArray<Provider>, { name }: Provider) =>
  providers.filter((each) => each.name !== name)

/** A provider has no newer block, and another one has. */
export const expectAbreast = (
  providers: ReadonlyArray<Provider>,
  provider: Provider,
  chainId: number,
  head: number
): Effect.Effect<void, ProviderFault> =>
  Effect.forEach(
    othersOf(providers, provider),
    (other) =>
      Effect.flatMap(Effect.option(Effect.zip(other.block("latest"), other.chainId)), (found) => {
        const [block, chain] = Option.getOrElse(found, () => [undefined, undefined] as const)
        const newest = chain === chainId ? (block?.number ?? 0) : 0
        if (newest < head + BEHIND) return Effect.void
        const detail = `is at block ${head}, and ${other.name} at ${newest}`
        return new ProviderFault({ provider: provider.name, problem: "Behind", detail })
      }),
    { concurrency: "unbounded", discard: true }
  )

/** A provider has another block than the one that is to be taken back, and another provider still has that. */
export const expectAgreed = (
  providers: ReadonlyArray<Provider>,
  provider: Provider,
  number: number,
  hash: string
): Effect.Effect<void, ProviderFault> =>
  Effect.forEach(
    othersOf(providers, provider),
    (other) =>
      Effect.flatMap(Effect.option(other.block(number)), (found) => {
        if (found._tag === "None" || found.value?.hash !== hash) return Effect.void
        const detail = `has another block ${number} than was taken in, and ${other.name} has that one`
        return new ProviderFault({ provider: provider.name, problem: "Contradiction", detail })
      }),
    { concurrency: "unbounded", discard: true }
  )
