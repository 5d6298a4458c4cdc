import { Effect, Random } from "effect"

/** What can go wrong, or be done, in a simulated history; each has a rate of its own in every seed. */
export const troubles = [
  "exchange",
  "latency",
  "unheard",
  "crash",
  "storeError",
  "lostCommit",
  "lostMessage",
  "clock",
  "bust",
  "correct",
  "brokerCancel",
  "hide",
  "reject",
  "rest",
  "manualOrder",
  "dropStream",
  "expireToken",
  "halt",
  "cancel",
  "reverse",
  "conflict",
  "restrain",
  "limit",
  "pause",
  "transfer",
  "split",
  "verdict"
] as const

/** One of them. */
export type Trouble = (typeof troubles)[number]

/** How often each comes, 0 to 1, and how much is traded. */
export interface Weather {
  readonly rates: { readonly [T in Trouble]: number }
  readonly trades: number
  readonly traders: number
  readonly symbols: ReadonlyArray<string>
  /** How long things go wrong, in milliseconds of simulated time. */
  readonly stormMs: number
  /** After which time in the calm nothing that the exchange hides is hidden any longer. */
  readonly hiddenMs: number
  /** How often the program looks for what no commit tells of while things go wrong, in milliseconds. */
  readonly lookMs: number
  /** How often the program's own sweeps have to find all in the end, instead of a start that reads everything, 0 to 1. */
  readonly sweeps: number
}

const HIDDEN_MS = 12_000
/** Most histories are short, so that many are played; some are long, so that much meets in one. */
const TRADES = [2, 40] as const
const STORM_MS = [5_000, 40_000] as const
const LOOK_MS = [1_000, 5_000] as const

/** A number between two, small ones more often: each doubling has the same chance. */
const between = (least: number, most: number): Effect.Effect<number> =>
  Effect.map(Random.next, (chance) => Math.round(least * (most / least) ** chance))

/** The most that a rate can be. What breaks a whole program comes seldom enough for something to happen in between. */
const most: { readonly [T in Trouble]: number } = {
  exchange: 0.3,
  latency: 0.3,
  unheard: 0.1,
  crash: 0.01,
  storeError: 0.05,
  lostCommit: 0.05,
  lostMessage: 0.3,
  clock: 0.3,
  bust: 0.3,
  correct: 0.3,
  brokerCancel: 0.3,
  hide: 0.3,
  reject: 0.3,
  rest: 0.4,
  manualOrder: 0.15,
  dropStream: 0.2,
  expireToken: 0.2,
  halt: 0.2,
  cancel: 0.3,
  reverse: 0.2,
  conflict: 0.2,
  restrain: 0.8,
  limit: 0.3,
  pause: 0.04,
  transfer: 0.2,
  split: 0.1,
  verdict: 0.8
}

/** The weather of a seed: about half of the troubles, each at a rate drawn for it, so that rare ones meet alone as well. */
export const draw = (without: ReadonlySet<Trouble>, mostTrades: number): Effect.Effect<Weather> =>
  Effect.gen(function* () {
    const drawn = new Map<Trouble, number>()
    for (const trouble of troubles) {
      const isOn = yield* Random.nextBoolean
      const share = yield* Random.next
      drawn.set(trouble, isOn && !without.has(trouble) ? share * most[trouble] : 0)
    }
    const rate = (trouble: Trouble) => drawn.get(trouble) ?? 0
    const trades = yield* between(...TRADES)
    const symbols = ["AAPL", "KO", "SPY"].slice(0, yield* Random.nextIntBetween(1, 4))
    return {
      rates: {
        exchange: rate("exchange"),
        latency: rate("latency"),
        unheard: rate("unheard"),
        crash: rate("crash"),
        storeError: rate("storeError"),
        lostCommit: rate("lostCommit"),
        lostMessage: rate("lostMessage"),
        clock: rate("clock"),
        bust: rate("bust"),
        correct: rate("correct"),
        brokerCancel: rate("brokerCancel"),
        hide: rate("hide"),
        reject: rate("reject"),
        rest: rate("rest"),
        manualOrder: rate("manualOrder"),
        dropStream: rate("dropStream"),
        expireToken: rate("expireToken"),
        halt: rate("halt"),
        cancel: rate("cancel"),
        reverse: rate("reverse"),
        conflict: rate("conflict"),
        restrain: rate("restrain"),
        limit: rate("limit"),
        pause: rate("pause"),
        transfer: rate("transfer"),
        split: rate("split"),
        verdict: rate("verdict")
      },
      trades: Math.min(trades, mostTrades),
      traders: yield* Random.nextIntBetween(1, 4),
      symbols,
      stormMs: yield* between(...STORM_MS),
      lookMs: yield* between(...LOOK_MS),
      hiddenMs: HIDDEN_MS,
      sweeps: 0.6
    }
  })
