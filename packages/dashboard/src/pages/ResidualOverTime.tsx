import type { Documents } from "@roundlot/api"
import { useMutation } from "@tanstack/react-query"
import { useEffect } from "react"
import { tried } from "../api/asking.ts"
import { readOf } from "../api/calling.ts"
import { grouped } from "../format/figure.ts"
import * as columns from "../ui/table/columns.tsx"
import type { Column } from "../ui/table/Column.ts"
import { Moment } from "../ui/parts/Figure.tsx"
import { Head } from "../ui/parts/Help.tsx"
import { Panel, Problem, Skeleton } from "../ui/parts/Panel.tsx"
import { type Point, StepChart } from "../ui/chart/StepChart.tsx"
import { texts } from "../words/text/positions.ts"

const spans = [
  [texts.hour, 3_600_000],
  [texts.day, 86_400_000],
  [texts.week, 604_800_000]
] as const

const residuals: ReadonlyArray<Column<Point>> = [
  columns.time("asOf", ({ at }) => at),
  { term: "residual", kind: "figure", of: ({ figure }) => figure, signed: true }
]

/** The residual since so long ago, by the daemon's own clock: a browser's may go before it. */
const residualsOver = async (account: string, symbol: string, ms: number) => {
  const { at } = await readOf((api) => api.overview.overview({ urlParams: {} }))
  const since = new Date(Date.parse(at) - ms).toISOString()
  return readOf((api) => api.positions.residuals({ path: { symbol }, urlParams: { account, since } }))
}

/** The last residual holds until it was read. */
const pointsOf = ({ at, points }: Documents.ResidualHistoryDocument): ReadonlyArray<Point> => {
  const read = points.map(({ at: changedAt, residual }) => ({ at: changedAt, figure: residual }))
  return [...read, ...read.slice(-1).map(({ figure }) => ({ at, figure }))]
}

const Drawn = ({ history }: { readonly history: Documents.ResidualHistoryDocument }) => {
  const points = pointsOf(history)
  const first = grouped(points[0]?.figure ?? "", true)
  const last = grouped(points.at(-1)?.figure ?? "", true)
  return (
    <StepChart
      label={texts.residual}
      summary={texts.residualSummary({ first, last })}
      unit={texts.shares}
      points={points}
      columns={residuals}
    />
  )
}

const [[, FIRST_SPAN]] = spans

/** The residual of a position over time, change by change; read on opening and when a span is chosen, not with every event. */
export const ResidualOverTime = ({ account, symbol }: { readonly account: string; readonly symbol: string }) => {
  const reading = useMutation({ ...tried, mutationFn: (ms: number) => residualsOver(account, symbol, ms) })
  const { data: history, error, mutate, variables } = reading
  useEffect(() => mutate(FIRST_SPAN), [account, symbol, mutate])
  return (
    <Panel
      title={texts.residualOverTime}
      note={
        history === undefined
          ? undefined
          : texts.betweenTimes({ since: <Moment at={history.since} />, at: <Moment at={history.at} /> })
      }
    >
      <div className="filters" role="group" aria-label={texts.span}>
        <Head term="span" />
        {spans.map(([name, ms]) => (
          <button
            key={name}
            type="button"
            className="button small"
            aria-pressed={variables === ms}
            onClick={() => mutate(ms)}
          >
            {name}
          </button>
        ))}
      </div>
      {error === null ? null : (
        <Problem error={error} again={variables === undefined ? undefined : () => mutate(variables)} />
      )}
      {history === undefined ? error === null ? <Skeleton /> : null : <Drawn history={history} />}
    </Panel>
  )
}
