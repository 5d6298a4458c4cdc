import { useState } from "react"
import { shownSpan, shownTime } from "../../format/time.ts"
import { dipsOf, noted, rateOf, type Reading, type Stretch, stretchesOf } from "../../words/rates.ts"
import { rowsIn } from "../../words/rows.ts"
import * as columns from "../table/columns.tsx"
import type { Column } from "../table/Column.ts"
import { useNow, useSettings } from "../parts/settings.ts"
import { type Point, StepChart } from "./StepChart.tsx"
import { texts } from "../../words/text/charts.ts"

/** The rate of a stretch, for its pixel, beside what was sent of it. */
interface Rate extends Point, Stretch {}

const table: ReadonlyArray<Column<Rate>> = [
  columns.time("time", ({ until }) => until),
  columns.count("inStretch", ({ rows }) => rows),
  columns.count("processed", ({ processed }) => processed)
]

const MOST_NAMED = 2

const rate = (stretch: Stretch): Rate => ({ ...stretch, at: stretch.from, figure: rateOf(stretch).toFixed(2) })

/** How fast rows came to their end since the page was opened, of what it was sent; what was slow is named. */
export const RateChart = ({ reading }: { readonly reading: Reading }) => {
  const [readings, setReadings] = useState<ReadonlyArray<Reading>>([])
  if (readings.at(-1)?.at !== reading.at) {
    const next = noted(readings, reading)
    if (next !== readings) setReadings(next)
  }
  const now = useNow()
  const { utc } = useSettings()
  const stretches = stretchesOf(readings)
  const [first, ...others] = stretches
  if (first === undefined || others.length === 0) return null
  const time = (at: string): string => shownTime(at, now, utc).replace(/\.\d+$/, "")
  const named = dipsOf(stretches)
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, MOST_NAMED)
    .map(({ from, ms, rows }) => texts.dip({ from: time(from), rows: rowsIn(rows), span: shownSpan(ms) }))
  return (
    <StepChart
      isSmall
      label={texts.rowsPerSecond}
      summary={named.length === 0 ? texts.noDipSince({ from: time(first.from) }) : named.join(" ")}
      unit={texts.rowsASecond}
      points={stretches.map(rate)}
      columns={table}
    />
  )
}
