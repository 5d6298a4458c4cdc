import { Effect } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { brokerOf, type BrokerService } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import * as Instant from "../values/Instant.ts"
import * as MarketHours from "../values/MarketHours.ts"
import { inTurn, type EachAccount } from "./accountwise.ts"
import { drivenAccounts } from "./drive.ts"
import { Health } from "./Health.ts"
import { withRetries } from "./reading.ts"
import { reported } from "./work.ts"

const DAY_MS = 86_400_000
const BACK_DAYS = 7
const AHEAD_DAYS = 380

/**
 * Reads the hours of an account's market from its broker, where that has a calendar, and has the clock go by them. Where it cannot be
 * read, the New York Stock Exchange's stand in until it can. Health shows what could not be read, where the two differ, and a
 * calendar that ends within 30 days.
 */
export const learnHours = Effect.fn("Hours.learnHours")(function* (account: AccountName) {
  const broker = yield* brokerOf(account)
  const { calendar } = broker
  if (calendar === undefined) return
  const clock = yield* Clock
  const now = yield* clock.now
  const { hours, trouble } = yield* hoursFrom(broker.name, calendar, now)
  const known = clock.hoursOf(account)
  const isWorse = trouble?.isUnread === true && known !== undefined
  if (!isWorse) yield* clock.learn(account, hours)
  yield* tell(account, isWorse ? known : hours, trouble?.words, now)
})

interface Learnt {
  readonly hours: MarketHours.MarketHours
  readonly trouble: { readonly words: string; readonly isUnread: boolean } | undefined
}

const unread = (why: string): Learnt => ({ hours: MarketHours.xnys, trouble: { words: why, isUnread: true } })

const hoursFrom = (
  source: string,
  calendar: NonNullable<BrokerService["calendar"]>,
  now: Instant.Instant
): Effect.Effect<Learnt> => {
  const window = { from: Instant.addMillis(now, -BACK_DAYS * DAY_MS), to: Instant.addMillis(now, AHEAD_DAYS * DAY_MS) }
  return withRetries(calendar(window)).pipe(
    Effect.map((sessions): Learnt => {
      const hours = MarketHours.ofSessions(source, sessions)
      if (hours === undefined) return unread(`${source} lists no session`)
      const difference = MarketHours.differenceFrom(sessions, now)
      return {
        hours,
        trouble: difference === undefined ? undefined : { words: `at ${source} ${difference}`, isUnread: false }
      }
    }),
    Effect.catchAll(({ message }) => Effect.succeed(unread(message)))
  )
}

const tell = (
  account: AccountName,
  hours: MarketHours.MarketHours,
  trouble: string | undefined,
  now: Instant.Instant
): Effect.Effect<void, never, Health> =>
  Effect.flatMap(Health, (health) => {
    const part = `market hours of ${account}`
    const end = MarketHours.endsSoon(hours, now)
      ? `the calendar of ${hours.source} ends on ${hours.horizon}: no orders are sent after that date`
      : undefined
    const words = [end, trouble].filter((each) => each !== undefined)
    return words.length === 0 ? health.succeeded(part) : health.failed(part, words.join("; "))
  })

/** Reads the hours of every account that this process drives; one account's failure does not stop the others. */
export const learnHoursOfEach = (each: EachAccount = inTurn) =>
  Effect.flatMap(drivenAccounts, (accounts) =>
    each(accounts, (name) => reported(`calendar of ${name}`, learnHours(name)))
  )
