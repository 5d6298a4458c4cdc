import { type RowCounts, rowsDone } from "../../words/rows.ts"
import { texts } from "../../words/text/charts.ts"

interface RowsBarProps {
  readonly counts: RowCounts
  /** Rows whose order is on its way; not distinguished from those that wait where nothing is said. */
  readonly working?: number | undefined
}

/** How far a batch is: done, failed, cancelled, on its way; the rest waits. The parts glide where motion is welcome. */
export const RowsBar = ({ counts, working = 0 }: RowsBarProps) => {
  const { cancelledTrades, failedTrades, totalTrades } = counts
  const done = rowsDone(counts)
  const share = (count: number): string => `${totalTrades === 0 ? 0 : (100 * count) / totalTrades}%`
  const text = texts.rowsProgress({ done, total: totalTrades, failed: failedTrades, cancelled: cancelledTrades })
  return (
    <span
      className="rows-bar"
      role="meter"
      aria-label={texts.rows}
      aria-valuemin={0}
      aria-valuemax={totalTrades}
      aria-valuenow={Math.min(totalTrades, done + failedTrades + cancelledTrades)}
      aria-valuetext={text}
      title={text}
    >
      <span className="done" style={{ width: share(done) }} />
      <span className="failed" style={{ width: share(failedTrades) }} />
      <span className="cancelled" style={{ width: share(cancelledTrades) }} />
      <span className="working" style={{ width: share(working) }} />
    </span>
  )
}
