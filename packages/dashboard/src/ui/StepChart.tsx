import { useEffect, useRef, useState } from "react"
import { shownTime } from "../format/time.ts"
import type { Column } from "./Column.ts"
import { Rows } from "./TablePanel.tsx"
import { useNow, useSettings } from "./settings.ts"

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

const span = (values: ReadonlyArray<number>): readonly [least: number, most: number] => {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return least === most ? [least - 1, most + 1] : [least, most]
}

const REPAINT_MS = 500

/** A value as it changes, not more often than that. */
const useAtMost = <A,>(value: A, everyMs: number): A => {
  const [shown, setShown] = useState(value)
  const shownAt = useRef(0)
  useEffect(() => {
    const draw = (): void => {
      shownAt.current = Date.now()
      setShown(value)
    }
    const timer = setTimeout(draw, Math.max(0, shownAt.current + everyMs - Date.now()))
    return () => clearTimeout(timer)
  }, [value, everyMs])
  return shown
}

/** A line over time that stays until it steps, with the same as a table behind a button. */
export const StepChart = <A extends Point>(props: StepChartProps<A>) => {
  const { columns, isSmall, label, summary, unit } = props
  const points = useAtMost(props.points, REPAINT_MS)
  const [isTable, setTable] = useState(false)
  const now = useNow()
  const { utc } = useSettings()
  const times = span(points.map(({ at }) => Date.parse(at)))
  const values = span(points.map(({ figure }) => Number.parseFloat(figure)))
  const x = (at: string): string =>
    (EDGE + ((Date.parse(at) - times[0]) / (times[1] - times[0])) * (WIDTH - 2 * EDGE)).toFixed(1)
  const y = (figure: string): string =>
    (HEIGHT - EDGE - ((Number.parseFloat(figure) - values[0]) / (values[1] - values[0])) * (HEIGHT - 2 * EDGE)).toFixed(
      1
    )
  const steps = points.map(({ at, figure }, index) =>
    index === 0 ? `M${x(at)} ${y(figure)}` : `H${x(at)}V${y(figure)}`
  )
  return (
    <div className={isSmall === true ? "chart small" : "chart"}>
      <p>
        {summary}{" "}
        <button type="button" className="button quiet small" onClick={() => setTable(!isTable)}>
          {isTable ? "View as chart" : "View as table"}
        </button>
      </p>
      {isTable ? (
        <Rows
          label={label}
          empty="Nothing happened yet."
          columns={columns}
          rows={points}
          idOf={({ at, figure }) => `${at} ${figure}`}
          isShort
        />
      ) : (
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          role="img"
          aria-label={`${label}: ${summary}`}
          preserveAspectRatio="none"
        >
          <path d={`${steps.join("")}H${WIDTH - EDGE}`} vectorEffect="non-scaling-stroke" />
          {points.map(({ at, figure }) => (
            <circle key={`${at} ${figure}`} cx={x(at)} cy={y(figure)} r={3}>
              <title>{`${figure} ${unit}, ${shownTime(at, now, utc)}`}</title>
            </circle>
          ))}
        </svg>
      )}
    </div>
  )
}
