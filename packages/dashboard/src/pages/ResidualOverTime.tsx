import { useMutation } from "@tanstack/react-query"
import { useEffect } from "react"
import { readOf } from "../api/calling.ts"
import type { Api } from "../api/client.ts"
import { ProblemError } from "../api/problem.ts"
import { tried } from "../api/asking.ts"
import { useOverview } from "../api/overview.ts"
import type { Past } from "../api/records.ts"
import { grouped } from "../format/figure.ts"
import { momentOf } from "../ui/parts/asOf.ts"
import * as columns from "../ui/table/columns.tsx"
import type { Column } from "../ui/table/Column.ts"
import { Head } from "../ui/parts/Help.tsx"
import { Empty, Panel, Problem, Skeleton } from "../ui/parts/Panel.tsx"
import { type Point, StepChart } from "../ui/chart/StepChart.tsx"
import { texts } from "../words/text/positions.ts"

const spans = [
  [texts.hour, 3_600_000],
  [texts.day, 86_400_000],
  [texts.week, 604_800_000]
] as const

/** At how many moments the past is asked for: each is read of the journal. */
const MOMENTS = 13

const residuals: ReadonlyArray<Column<Point>> = [
  columns.time("asOf", ({ at }) => at),
  { term: "residual", kind: "figure", of: ({ figure }) => figure, signed: true }
]

/**
 * What the position owed at moments of the past, those before its first trade left out, and what it owes now. Of moments the daemon's
 * own clock is asked: by a browser's that goes before it, some would not have come yet.
 */
const residualsOver = async (account: string, symbol: string, ms: number): Promise<ReadonlyArray<Point>> => {
  const { at: now } = await readOf((api) => api.overview.overview({ urlParams: {} }))
  const pointAt = async (at: string, past: Past): Promise<ReadonlyArray<Point>> => {
    const show = (api: Api) => api.positions.show({ path: { symbol }, urlParams: { account, ...past } })
    return readOf(show).then(
      ({ residual }) => [{ at, figure: residual }],
      (error: unknown) => {
        if (error instanceof ProblemError && error.status === 404) return []
        throw error
      }
    )
  }
  const before = Array.from({ length: MOMENTS - 1 }, (_, step) => {
    const at = new Date(Date.parse(now) - ms + (step * ms) / (MOMENTS - 1)).toISOString()
    return pointAt(at, momentOf(at))
  })
  return (await Promise.all([...before, pointAt(now, {})])).flat()
}

/** Up to so many commits the past is read on opening: what it costs then is bounded, however long the books are. */
const READ_ON_OPENING = 5_000

const [[, FIRST_SPAN]] = spans

/** The residual over time: of short books its first span on opening, and else what is asked for. */
export const ResidualOverTime = ({ account, symbol }: { readonly account: string; readonly symbol: string }) => {
  const reading = useMutation({ ...tried, mutationFn: (ms: number) => residualsOver(account, symbol, ms) })
  const { data: points, error, isPending, mutate, variables } = reading
  const commits = useOverview().data?.position
  const isShort = commits !== undefined && commits <= READ_ON_OPENING
  const isUnread = points === undefined && error === null
  useEffect(() => {
    if (isShort) mutate(FIRST_SPAN)
  }, [isShort, mutate])
  return (
    <Panel title={texts.residualOverTime} note={texts.atMoments({ count: MOMENTS })}>
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
      {isPending || (isUnread && (isShort || commits === undefined)) ? (
        <Skeleton />
      ) : points === undefined ? (
        <Empty>{texts.chooseATimeRange({ commits: grouped(String(commits)) })}</Empty>
      ) : points.length === 0 ? (
        <Empty>{texts.noPositionThen}</Empty>
      ) : (
        <StepChart
          label={texts.residual}
          summary={texts.residualSummary({
            first: grouped(points[0]?.figure ?? "", true),
            last: grouped(points.at(-1)?.figure ?? "", true)
          })}
          unit={texts.shares}
          points={points}
          columns={residuals}
        />
      )}
    </Panel>
  )
}
