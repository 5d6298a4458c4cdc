import type { ReactNode } from "react"
import { Link } from "wouter"
import { grouped, magnitude, MINUS, negated, shareOf, signOf, sumOf } from "../../format/figure.ts"
import { Head } from "../parts/Help.tsx"
import { Figure } from "../parts/Figure.tsx"
import { texts } from "../../words/text/charts.ts"
import { type RowCounts, rowsDone } from "../../words/rows.ts"

interface GaugeProps {
  readonly residual: string
  /** From which an order is due. */
  readonly from: string
  readonly isHeld?: boolean | undefined
}

/** The residual on its way to the next lot: zero in the middle, sell left, buy right. */
export const LotGauge = ({ from, isHeld, residual }: GaugeProps) => {
  const share = shareOf(residual, from)
  const left = share < 0 ? 50 + share * 50 : 50
  return (
    <span
      className={isHeld === true ? "gauge held" : "gauge"}
      role="meter"
      aria-valuemin={-100}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      aria-valuetext={texts.residualOfThreshold({ residual: grouped(residual, true), from: grouped(from) })}
      aria-label={texts.residualToNextLot}
    >
      <span style={{ left: `${left}%`, width: `${Math.abs(share) * 50}%` }} />
    </span>
  )
}

interface FillProps {
  readonly filled: string
  readonly quantity: string
}

/** How much of an order is executed, as a bar alone. */
export const FillMeter = ({ filled, quantity }: FillProps) => (
  <span
    className="bar"
    role="meter"
    aria-valuemin={0}
    aria-valuemax={100}
    aria-valuenow={Math.round(Math.max(0, shareOf(filled, quantity)) * 100)}
    aria-valuetext={texts.filledOfQuantity({ filled: grouped(filled), quantity: grouped(quantity) })}
    aria-label={texts.filled}
  >
    <span style={{ width: `${Math.max(0, shareOf(filled, quantity)) * 100}%` }} />
  </span>
)

/** How much of an order is executed, as a bar and in figures. */
export const FillBar = ({ filled, quantity }: FillProps) => (
  <span className="filled">
    <FillMeter filled={filled} quantity={quantity} />
    <span className="figure">
      {grouped(filled)}/{grouped(quantity)}
    </span>
  </span>
)

interface Sum {
  readonly target: string
  readonly hedged: string
  readonly inFlight: string
  readonly residual: string
}

const addsUp = ({ hedged, inFlight, residual, target }: Sum): boolean =>
  signOf(sumOf([hedged, inFlight, residual, negated(target)])) === 0

/** A figure, which leads to the rows that it sums up where they have a list. */
const Summing = ({ children, to }: { readonly to: string | undefined; readonly children: ReactNode }) =>
  to === undefined ? (
    children
  ) : (
    <Link href={to} className="plain">
      {children}
    </Link>
  )

interface EquationProps {
  readonly of: Sum & { readonly account: string; readonly symbol: string }
}

/** The lists of the rows that each figure of a position sums up. */
const listsOf = ({ account, symbol }: EquationProps["of"]): Readonly<Partial<Record<keyof Sum, string>>> => {
  const asked = new URLSearchParams({ account, symbol }).toString()
  return {
    target: `/trades?${asked}`,
    hedged: `/fills?${asked}&canonical=true`,
    inFlight: `/orders?${asked}`
  }
}

/** `target = hedged + in flight + residual`, each a way to its rows, which says itself where it does not add up. */
export const Equation = ({ of: sum }: EquationProps) => {
  const lists = listsOf(sum)
  return (
    <div className="equation">
      <dl>
        {(["target", "hedged", "inFlight", "residual"] as const).map((term, at) => (
          <div key={term}>
            <dt>
              <Head term={term} />
            </dt>
            <dd>
              {at === 0 ? null : <span className="faint">{at === 1 ? "=" : signOf(sum[term]) < 0 ? MINUS : "+"} </span>}
              <Summing to={lists[term]}>
                <Figure of={at > 1 ? magnitude(sum[term]) : sum[term]} />
              </Summing>
            </dd>
          </div>
        ))}
      </dl>
      {addsUp(sum) ? null : (
        <p className="tone-danger" role="alert">
          {texts.doesNotAddUp}
        </p>
      )}
    </div>
  )
}

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
