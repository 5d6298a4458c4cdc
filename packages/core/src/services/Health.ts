import { Context, Effect, Layer } from "effect"
import * as AccountScope from "../ports/AccountScope.ts"
import type { RequestUsage } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import type { AccountName } from "../records/AccountName.ts"
import type { Counted } from "../rules/reconciliation/verdict.ts"
import { severityOfAge, type Severity } from "../rules/reconciliation/severity.ts"
import { nothingAtRisk, wordsOf, type Trading } from "../rules/reconciliation/trading.ts"
import * as Instant from "../values/Instant.ts"

/** How a part of the program is: its last success and failure, and what the failure was, or what there is to say while it is well. */
export interface PartHealth {
  readonly part: string
  readonly isWell: boolean
  readonly lastSuccessAt: Instant.Instant | undefined
  readonly lastFailureAt: Instant.Instant | undefined
  readonly detail: string
  /** Until when it lasts, of what ends by itself, such as a login. */
  readonly until: Instant.Instant | undefined
  /** Failures since the last success. */
  readonly failures: number
  /** When the first of them was. */
  readonly failingSince: Instant.Instant | undefined
  /** It has failed so often, or for so long, that somebody must look (FILL-15). */
  readonly isAlert: boolean
}

/** The part that says whether trading is kept from something: what cases and orders in doubt put at risk. */
export const TRADING = "trading"

/** The parts of a daemon that an account is read by. */
export const partsOf = (account: string) => ({
  start: `start of ${account}`,
  poll: `poll ${account}`,
  sweep: `sweep ${account}`,
  stream: `stream ${account}`,
  login: `login ${account}`
})

/** Of parts those that accounts are read by; all, for who may see all that there is. */
const shownTo = (accounts: AccountScope.AccountScope, parts: ReadonlyArray<PartHealth>): ReadonlyArray<PartHealth> => {
  if (accounts === undefined) return parts
  const own = new Set([...accounts].flatMap((name) => Object.values(partsOf(name))))
  return parts.filter(({ part }) => own.has(part))
}

/** What the verdict rests on, beside how trading stands and which parts fail. */
export type OpenCount = Omit<Counted, "critical" | "failing" | "unattended">

/** The parts that fail, but for what trading is kept from: that stands in cases of its own. */
export const failingOf = (parts: ReadonlyArray<PartHealth>): ReadonlyArray<PartHealth> =>
  parts.filter(({ isWell, part }) => !isWell && part !== TRADING)

/** How many parts fail, and how many of them are critical: what the verdict counts of them. */
export const countsOf = (failing: ReadonlyArray<Pick<PartHealth, "isAlert">>) => ({
  failing: failing.length,
  critical: failing.filter(({ isAlert }) => isAlert).length
})

/** How grave it is that a part fails: a warning at first; critical once it fails so often, or for so long, that it is alerted of. */
export const severityOf = (
  { failingSince, isAlert, lastFailureAt }: Pick<PartHealth, "failingSince" | "isAlert" | "lastFailureAt">,
  now: Instant.Instant
): Severity => severityOfAge(isAlert ? "critical" : "warning", failingSince ?? lastFailureAt ?? now, now)

/** Where every part of the program says how it is (FILL-13). */
export interface HealthService {
  /** `detail` is what there is to say of a part that is well, if anything. */
  readonly succeeded: (part: string, until?: Instant.Instant, detail?: string) => Effect.Effect<void>
  readonly failed: (part: string, detail: string, until?: Instant.Instant) => Effect.Effect<void>
  readonly all: Effect.Effect<ReadonlyArray<PartHealth>>
  /** How trading stands, as it was last seen; the part `trading` says so too. */
  readonly trading: Effect.Effect<Trading>
  readonly seen: (trading: Trading) => Effect.Effect<void>
  /** What needs a person, as it was last counted; nothing before the first look. */
  readonly open: Effect.Effect<OpenCount | undefined>
  readonly counted: (open: OpenCount) => Effect.Effect<void>
  /** How much of a broker's limit of requests an account had left, as it was last seen; nothing before that. */
  readonly requestsOf: (account: AccountName) => Effect.Effect<RequestUsage | undefined>
  readonly reached: (account: AccountName, usage: RequestUsage) => Effect.Effect<void>
}

/** The health registry. */
export class Health extends Context.Tag("@roundlot/core/Health")<Health, HealthService>() {}

const unknown = (part: string): PartHealth => ({
  part,
  isWell: true,
  lastSuccessAt: undefined,
  lastFailureAt: undefined,
  detail: "",
  until: undefined,
  failures: 0,
  failingSince: undefined,
  isAlert: false
})

/** What a success ends. */
const wellAgain = { isWell: true, detail: "", failures: 0, failingSince: undefined, isAlert: false } as const

const ALERTING_FAILURES = 5
const ALERTING_MS = 2 * 60_000

const afterFailure = (before: PartHealth, at: Instant.Instant, detail: string): PartHealth => ({
  ...before,
  isWell: false,
  lastFailureAt: at,
  detail,
  failures: before.failures + 1,
  failingSince: before.failingSince ?? at
})

/** By the time at which somebody looks: what comes once an hour has failed once in all of it. */
const isAlerting = ({ failingSince, failures }: PartHealth, now: Instant.Instant): boolean =>
  failures >= ALERTING_FAILURES ||
  (failingSince !== undefined && Instant.millisBetween(failingSince, now) >= ALERTING_MS)

const tellAlert = ({ detail, failures, part }: PartHealth): Effect.Effect<void> =>
  Effect.logError("alert: it keeps failing").pipe(Effect.annotateLogs({ part, detail, failures }))

const tellRecovered = ({ failures, isAlert, part }: PartHealth): Effect.Effect<void> =>
  Effect.logInfo(isAlert ? "recovered, the alert is over" : "recovered").pipe(Effect.annotateLogs({ part, failures }))

/** A registry in memory. A failure is logged when it begins, when it becomes an alert and when it is over: once each (FILL-15). */
export const layer: Layer.Layer<Health, never, Clock> = Layer.effect(
  Health,
  Effect.gen(function* () {
    const clock = yield* Clock
    const parts = new Map<string, PartHealth>()
    /** Gives what was known of the part before. */
    const change = (part: string, next: (before: PartHealth, at: Instant.Instant) => PartHealth) =>
      Effect.map(clock.now, (at) => {
        const before = parts.get(part) ?? unknown(part)
        parts.set(part, next(before, at))
        return before
      })
    const raiseDue = (known: PartHealth, now: Instant.Instant) =>
      Effect.suspend(() => {
        if (known.isAlert || !isAlerting(known, now)) return Effect.void
        parts.set(known.part, { ...known, isAlert: true })
        return tellAlert(known)
      })
    let trading = nothingAtRisk
    let open: OpenCount | undefined
    const usages = new Map<AccountName, RequestUsage>()
    const service: HealthService = {
      // Told by every pass of every part, and nearly always nothing new.
      succeeded: (part, until, detail = "") =>
        Effect.flatMap(
          change(part, (known, at) => ({ ...known, ...wellAgain, until, detail, lastSuccessAt: at })),
          (before) => (before.isWell ? Effect.void : tellRecovered(before))
        ),
      failed: (part, detail, until) =>
        Effect.gen(function* () {
          const at = yield* clock.now
          const before = yield* change(part, (known) => ({ ...afterFailure(known, at, detail), until }))
          if (before.isWell) yield* Effect.logWarning("failing").pipe(Effect.annotateLogs({ part, detail }))
          yield* raiseDue(parts.get(part) ?? before, at)
        }),
      all: Effect.gen(function* () {
        const now = yield* clock.now
        for (const known of parts.values()) yield* raiseDue(known, now)
        return shownTo(yield* AccountScope.current, [...parts.values()])
      }),
      trading: Effect.sync(() => trading),
      seen: (now) =>
        Effect.suspend(() => {
          trading = now
          return now.isWell ? service.succeeded(TRADING) : service.failed(TRADING, wordsOf(now))
        }),
      open: Effect.sync(() => open),
      counted: (now) => Effect.sync(() => void (open = now)),
      requestsOf: (account) => Effect.sync(() => usages.get(account)),
      reached: (account, usage) => Effect.sync(() => void usages.set(account, usage))
    }
    return service
  })
)
