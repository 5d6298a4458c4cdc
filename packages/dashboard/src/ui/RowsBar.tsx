import { type RowCounts, rowsDone } from "../words/rows.ts"

/** How far a batch is: done, failed, cancelled; the rest is left. The parts glide where motion is welcome. */
export const RowsBar = ({ counts }: { readonly counts: RowCounts }) => {
  const { cancelledTrades, failedTrades, totalTrades } = counts
  const done = rowsDone(counts)
  const share = (count: number): string => `${totalTrades === 0 ? 0 : (100 * count) / totalTrades}%`
  const text = `${done} of ${totalTrades} rows done, ${failedTrades} failed, ${cancelledTrades} cancelled`
  return (
    <span
      className="rows-bar"
      role="meter"
      aria-label="rows"
      aria-valuemin={0}
      aria-valuemax={totalTrades}
      aria-valuenow={Math.min(totalTrades, done + failedTrades + cancelledTrades)}
      aria-valuetext={text}
      title={text}
    >
      <span className="done" style={{ width: share(done) }} />
      <span className="failed" style={{ width: share(failedTrades) }} />
      <span className="cancelled" style={{ width: share(cancelledTrades) }} />
    </span>
  )
}
