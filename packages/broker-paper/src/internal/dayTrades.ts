import { Decimal, Side, type AccountName, type Instant } from "@roundlot/core"
import { XnysCalendar } from "@roundlot/core/adapter"
import { type Shares, sharesOf } from "./paid.ts"
import type { Rows } from "./rows.ts"

/** The trading days within which day trades are counted, today's among them (FINRA Rule 4210(f)(8)(B)). */
const DAYS = 5

/**
 * How many day trades count now, and how many on each of the next four trading days where nothing more is traded.
 *
 * One is a purchase and then a sale, or the other way around, of one symbol on one trading day; each time that the direction changes
 * back from what opens to what closes is one, whatever the number of orders and fills (FINRA Regulatory Notice 21-13). To close what was
 * held from an earlier day is none.
 */
export const dayTradesOf = (
  rows: Rows,
  account: AccountName.AccountName,
  now: Instant.Instant
): ReadonlyArray<number> => {
  const days = daysUpTo(XnysCalendar.marketDate(now))
  const dates = closingDates(rows, account, days[0])
  return days.map((first) => dates.filter((date) => first <= date).length)
}

const DAY_MS = 86_400_000
const LONGEST_PAUSE_DAYS = 10

/** The trading day before a date. */
const dayBefore = (date: string): string => {
  const back = Array.from({ length: LONGEST_PAUSE_DAYS }, (_, i) =>
    new Date(Date.parse(date) - (i + 1) * DAY_MS).toISOString().slice(0, 10)
  )
  return back.find((each) => XnysCalendar.sessionOn(each) !== undefined) ?? back[0] ?? date
}

/** Five trading days, the last of them this date. */
const daysUpTo = (date: string): ReadonlyArray<string> =>
  Array.from({ length: DAYS - 1 }).reduce<ReadonlyArray<string>>(
    (days) => [dayBefore(days[0] ?? date), ...days],
    [date]
  )

/** What was held of a symbol, and whether some of it was opened on the date. */
interface Course {
  readonly held: Decimal.Decimal
  readonly date: string
  readonly isOpened: boolean
}

/** The date of each day trade since one, by what was executed and is held. */
const closingDates = (
  rows: Rows,
  account: AccountName.AccountName,
  since: string | undefined
): ReadonlyArray<string> => {
  const all = sharesOf(rows, account, since)
  const courses = new Map<string, Course>()
  return all.flatMap((shares) => {
    const date = XnysCalendar.marketDate(shares.executedAt)
    const known = courses.get(shares.symbol) ?? {
      held: heldBefore(rows, account, shares.symbol, all),
      date,
      isOpened: false
    }
    const before = known.date === date ? known : { ...known, date, isOpened: false }
    const moved = signed(shares)
    const held = Decimal.add(before.held, moved)
    const closes = !Decimal.isZero(before.held) && Decimal.isNegative(before.held) !== Decimal.isNegative(moved)
    const turns = closes && !Decimal.isZero(held) && Decimal.isNegative(held) !== Decimal.isNegative(before.held)
    courses.set(shares.symbol, { held, date, isOpened: !closes || turns })
    return closes && before.isOpened ? [date] : []
  })
}

const signed = ({ quantity, side }: Shares): Decimal.Decimal => Side.signed(side, quantity)

/** What came without an order, as if it had come before all. */
const heldBefore = (
  rows: Rows,
  account: AccountName.AccountName,
  symbol: string,
  all: ReadonlyArray<Shares>
): Decimal.Decimal => {
  const own = all.filter((each) => each.symbol === symbol)
  return Decimal.subtract(rows.holding(account, symbol)?.amount ?? Decimal.zero, Decimal.sum(own.map(signed)))
}
