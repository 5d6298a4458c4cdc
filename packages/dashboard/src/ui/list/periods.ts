import { texts } from "../../words/text/lists.ts"

/** A period of whole days, the newest of them today; `until` is empty where it goes on. */
interface Period {
  readonly since: string
  readonly until: string
}

/** Periods that many ask for, by their name. */
export const periods = { today: texts.today, yesterday: texts.yesterday, week: texts.sevenDays } as const

/** The name of a period. */
export type PeriodName = keyof typeof periods

/** The names of all periods. */
export const periodNames = ["today", "yesterday", "week"] as const satisfies ReadonlyArray<PeriodName>

/** How many days before today each begins and ends. */
const days: Readonly<Record<PeriodName, readonly [since: number, until: number | undefined]>> = {
  today: [0, undefined],
  yesterday: [1, 0],
  week: [6, undefined]
}

/** Returns when a day began that is so many days before another, in UTC or in the viewer's zone. */
const beginOf = (now: Date, before: number, utc: boolean): string =>
  (utc
    ? new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() - before))
    : new Date(now.getFullYear(), now.getMonth(), now.getDate() - before)
  ).toISOString()

/** Returns from when until when a period is, by the days of the zone that is shown. */
export const periodOf = (name: PeriodName, now: Date, utc: boolean): Period => {
  const [since, until] = days[name]
  return { since: beginOf(now, since, utc), until: until === undefined ? "" : beginOf(now, until, utc) }
}
