import { scaleLinear } from "d3-scale"
import { curveStepAfter, line } from "d3-shape"
import { useState } from "react"
import { shownTime } from "../../format/time.ts"
import type { Column } from "../table/Column.ts"
import { Rows } from "../table/TablePanel.tsx"
import { useNow, useSettings } from "../parts/settings.ts"
import { usePaced } from "./usePaced.ts"
import { texts } from "../../words/text/charts.ts"

/** What a line is at a moment, as the daemon sent it; numbers are made of figures for pixels only. */
export interface Point {
  readonly at: string
  readonly figure: string
}

interface StepChartProps<A extends Point> {
  readonly label: string
  /** What it shows, in a sentence. */
  readonly summary: string
  /** What the figures are. */
  readonly unit: string
  /** The oldest first; at least one. */
  readonly points: ReadonlyArray<A>
  /** The same, as a table. */
  readonly columns: ReadonlyArray<Column<A>>
  /** A line beside figures: no higher than they are. */
  readonly isSmall?: boolean | undefined
}

const WIDTH = 640
const HEIGHT = 160
const EDGE = 8

/** From the least to the most of them. */
const extent = (values: ReadonlyArray<number>): readonly [least: number, most: number] => [
  Math.min(...values),
  Math.max(...values)
]

/** Where points are in the picture: in its middle where all of them are one. */
const placed = <A extends Point>(points: ReadonlyArray<A>) => {
  const timeOf = ({ at }: Point): number => Date.parse(at)
  const valueOf = ({ figure }: Point): number => Number.parseFloat(figure)
  const x = scaleLinear(extent(points.map(timeOf)), [EDGE, WIDTH - EDGE])
  const y = scaleLinear(extent(points.map(valueOf)), [HEIGHT - EDGE, EDGE])
  return points.map((point) => ({ point, x: x(timeOf(point)), y: y(valueOf(point)) }))
}

type Placed<A extends Point> = ReturnType<typeof placed<A>>

const stepped = line<Placed<Point>[number]>(
  ({ x }) => x,
  ({ y }) => y
)
  .curve(curveStepAfter)
  .digits(1)

type DrawnProps<A extends Point> = Pick<StepChartProps<A>, "label" | "points" | "summary" | "unit">

/** The line, which stays to its end as it was last, and what each of its points was. */
const Drawn = <A extends Point>({ label, points, summary, unit }: DrawnProps<A>) => {
  const now = useNow()
  const { utc } = useSettings()
  const places = placed(points)
  const ends = places.slice(-1).map((last) => ({ ...last, x: WIDTH - EDGE }))
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${label}: ${summary}`} preserveAspectRatio="none">
      <path d={stepped([...places, ...ends]) ?? undefined} vectorEffect="non-scaling-stroke" />
      {places.map(({ point: { at, figure }, x, y }) => (
        // A line of no length with a round end: the picture is stretched, and a circle would be with it.
        <path
          key={`${at} ${figure}`}
          className="point"
          d={`M${x.toFixed(1)} ${y.toFixed(1)}h0`}
          vectorEffect="non-scaling-stroke"
        >
          <title>{`${figure} ${unit}, ${shownTime(at, now, utc)}`}</title>
        </path>
      ))}
    </svg>
  )
}

/** A line over time that stays until it steps, with the same as a table behind a button. */
export const StepChart = <A extends Point>(props: StepChartProps<A>) => {
  const { columns, isSmall, label, points, summary, unit } = usePaced(props)
  const [isTable, setTable] = useState(false)
  return (
    <div className={isSmall === true ? "chart small" : "chart"}>
      <p>
        {summary}{" "}
        <button type="button" className="button quiet small" onClick={() => setTable(!isTable)}>
          {isTable ? texts.viewAsChart : texts.viewAsTable}
        </button>
      </p>
      {isTable ? (
        <Rows
          label={label}
          empty={texts.nothingYet}
          columns={columns}
          rows={points}
          idOf={({ at, figure }) => `${at} ${figure}`}
          isShort
        />
      ) : (
        <Drawn label={label} points={points} summary={summary} unit={unit} />
      )}
    </div>
  )
}
