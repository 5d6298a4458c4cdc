import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import { useAsk } from "../api/asking.ts"
import { useOverview } from "../api/overview.ts"
import { asAverage, grouped, withMinus } from "../format/figure.ts"
import { halt, resume } from "../ui/action/halting.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import { momentOf, useAsOf } from "../ui/parts/asOf.ts"
import { Equation, LotGauge } from "../ui/chart/Bars.tsx"
import * as columns from "../ui/table/columns.tsx"
import type { Column } from "../ui/table/Column.ts"
import { type Fact, Facts } from "../ui/parts/Facts.tsx"
import { Figure, Foreign, GivenId, Moment } from "../ui/parts/Figure.tsx"
import { useDueFrom } from "../ui/record/NextOrder.tsx"
import { Asked, Empty, Panel } from "../ui/parts/Panel.tsx"
import { BreakBanner, RecordLink, Shown } from "../ui/record/Record.tsx"
import { ForRole } from "../ui/action/Role.tsx"
import { type Point, StepChart } from "../ui/chart/StepChart.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { useNow } from "../ui/parts/settings.ts"
import { SignView } from "../ui/parts/Sign.tsx"
import { boundAt, nameOf } from "../ui/action/standing.ts"
import { Rows, TablePanel } from "../ui/table/TablePanel.tsx"
import { usePaced } from "../ui/chart/usePaced.ts"
import { pathOfEntries, pathOfProfit, pathOfSlippage } from "../words/paths.ts"
import { isSameAnswer, isStopped, signOfCoolDown, signOfNext, signOfState } from "../words/signs.ts"
import { ladderWords } from "../words/terms.ts"
import { profitFacts } from "./profitFacts.tsx"
import { methodWords } from "./ProfitFilters.tsx"
import { ResidualOverTime } from "./ResidualOverTime.tsx"
import { texts } from "../words/text/positions.ts"

type Position = Documents.PositionDetail
type Control = Documents.ControlDocument

const lots: ReadonlyArray<Column<Documents.LotDocument>> = [
  columns.node("id", ({ id }) => <GivenId id={id} />),
  columns.node("trade", ({ orderId, tradeId }) =>
    tradeId !== null ? (
      <RecordLink id={tradeId} to={`/trades/${tradeId}`} />
    ) : orderId === null ? null : (
      <Link href={`/orders/${orderId}`}>{texts.excessOf({ orderId })}</Link>
    )
  ),
  columns.foreign("sourceId", ({ sourceId }) => sourceId),
  { term: "open", kind: "figure", of: ({ open }) => open, signed: true }
]

const orders: ReadonlyArray<Column<Documents.OrderDocument>> = [
  columns.id("/orders"),
  columns.created,
  columns.side,
  columns.quantity,
  columns.figure("filled", ({ filledQuantity }) => filledQuantity),
  columns.orderStatus
]

const slippage: ReadonlyArray<Column<Point>> = [
  columns.time("tradedAt", ({ at }) => at),
  columns.figure("slippageBp", ({ figure }) => figure)
]

/** What hedging cost against the trades' own prices, trade by trade. */
const Slippage = ({ hedged }: { readonly hedged: ReadonlyArray<Documents.HedgingDocument> }) => {
  const points = usePaced(hedged)
    .flatMap(({ slippageBp, tradedAt }) =>
      slippageBp === null ? [] : [{ at: tradedAt, figure: asAverage(slippageBp) }]
    )
    .toReversed()
  const newest = points.at(-1)
  if (newest === undefined) return <Empty>{texts.noHedgedTrade}</Empty>
  return (
    <StepChart
      label={texts.slippage}
      summary={texts.slippageSummary({ count: points.length, figure: grouped(newest.figure) })}
      unit={texts.bp}
      points={points}
      columns={slippage}
    />
  )
}

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

interface NextProps {
  readonly answer: Position["answer"]
  readonly of: Pick<Position, "coolDownUntil" | "orderInDoubt">
}

/** What order comes next, or why there is none; a cool-down ticks. */
const Next = ({ of: { coolDownUntil: until, orderInDoubt }, answer }: NextProps) => {
  const waits = signOfCoolDown(until, useNow())
  const next = signOfNext(answer, orderInDoubt)
  return <SignView sign={waits !== undefined && answer.code === "CoolingDown" ? { ...waits, help: next.help } : next} />
}

/** What its open lots cost and are worth, and what closed ones came to, since its first fill. */
const CostAndProfit = ({ account, symbol }: Pick<Position, "account" | "symbol">) => {
  const past = momentOf(useAsOf())
  const query = useAsk(["profit of", account, symbol, past], (api) =>
    api.overview.profit({ urlParams: { account, symbol, by: "symbol", ...past } })
  )
  return (
    <Panel
      title={texts.costAndProfit}
      note={texts.sinceFirstFill}
      action={<Link href={`${pathOfProfit({ account, symbol })}?from=all`}>{texts.lotsAndClosings}</Link>}
    >
      <Asked query={query}>
        {({ items }) => {
          const of = items.find(({ kind }) => kind === "symbol")
          return of === undefined ? (
            <Empty>{texts.noFillsYet}</Empty>
          ) : (
            <Facts facts={profitFacts(of, methodWords(undefined, of.method))} />
          )
        }}
      </Asked>
    </Panel>
  )
}

/** What binds the position now; of the past it is not told. */
const useBound = (position: Position): ReadonlyArray<Control> => {
  const { data } = useOverview()
  const isPast = useAsOf() !== ""
  return data === undefined || isPast ? [] : boundAt(data, position)
}

/** That it is halted, or bound otherwise: by which scope, since when, and why. */
const BoundBanner = ({ by }: { readonly by: Control }) => {
  const sign = signOfState("trading", by.state)
  return (
    <div className={`banner tone-${sign.tone}`} role="status">
      <SignView sign={sign} />
      <span>
        {texts.boundBy({
          scope: nameOf(by),
          changedAt: <Moment at={by.changedAt} />,
          actor: <Foreign text={by.actor} />,
          reason: <Foreign text={by.reason} />,
          help: sign.help
        })}
      </span>
    </div>
  )
}

/** D8: an operator's cancel, an open circuit or a refusal for a session holds it until it is resumed. */
const isHeld = ({ circuitUntil, heldBy, refusedUntil }: Position): boolean =>
  [heldBy, circuitUntil, refusedUntil].some((each) => each !== null)

/** What may be ordered of the symbol itself: a halt where it is not halted, a resume where that changes anything. */
const Controls = ({ bound, position }: { readonly position: Position; readonly bound: ReadonlyArray<Control> }) => {
  const { account, symbol } = position
  const own = bound.find((each) => each.symbol !== null)
  return (
    <>
      {own === undefined && !isHeld(position) ? null : (
        <ActionButton action={resume(account, symbol)} label={texts.resume({ symbol })} className="button" />
      )}
      {own?.state === "halted" ? null : (
        <span className="apart">
          <ActionButton action={halt(account, symbol)} label={texts.halt({ symbol })} className="button halt" />
        </span>
      )}
    </>
  )
}

/** What may be done with the position: a trade or a decision in its symbol, a halt or a resume. */
const Actions = ({ bound, position }: { readonly position: Position; readonly bound: ReadonlyArray<Control> }) => {
  const { account, symbol } = position
  const asked = `account=${encodeURIComponent(account)}&symbol=${encodeURIComponent(symbol)}`
  return (
    <>
      <ForRole role="trade">
        <Link href={`/trades/new?${asked}`} className="button quiet">
          {texts.newTrade}
        </Link>
        <Link href={`/decisions/new?${asked}`} className="button quiet">
          {texts.newDecision}
        </Link>
      </ForRole>
      <Controls position={position} bound={bound} />
    </>
  )
}

/** What it holds and owes, and what order comes next. */
const Standing = ({ position }: { readonly position: Position }) => {
  const from = useDueFrom()(position)
  const { next } = position
  return (
    <Panel title={texts.position} note={texts.asOf({ at: <Moment at={position.updatedAt} /> })}>
      <Equation of={position} />
      <div className="next">
        <LotGauge residual={position.residual} from={from} isHeld={isStopped(next.answer)} />
        <span className="figure">
          {grouped(position.residual, true)} / {grouped(from)}
        </span>
        <Next answer={next.answer} of={position} />
        <span>
          {upper(withMinus(next.why))}.{" "}
          <span className="faint">
            {texts.threshold({ threshold: grouped(from) })}
            {isSameAnswer(next.answer, position.answer) && (
              <> {texts.unchangedSince({ at: <Moment at={position.answerSince} /> })}</>
            )}
          </span>
        </span>
      </div>
    </Panel>
  )
}

const RecentOrders = ({ account, symbol }: Pick<Position, "account" | "symbol">) => {
  const past = momentOf(useAsOf())
  const recent = useAsk(["orders of", account, symbol, past], (api) =>
    api.orders.list({ urlParams: { account, symbol, order: "newest", limit: 20, ...past } })
  )
  return (
    <Panel
      title={texts.orders}
      note={texts.newestFirst}
      action={<Link href={`/orders?account=${account}&symbol=${symbol}`}>{texts.all}</Link>}
    >
      <Asked query={recent}>
        {({ items }) => (
          <Rows
            label={texts.orders}
            empty={texts.noOrdersYet}
            columns={orders}
            rows={items}
            idOf={({ id }) => id}
            isShort
          />
        )}
      </Asked>
    </Panel>
  )
}

const Hedging = ({ account, symbol }: Pick<Position, "account" | "symbol">) => {
  const past = momentOf(useAsOf())
  const hedging = useAsk(["hedging of", account, symbol, past], (api) =>
    api.overview.hedging({ urlParams: { account, symbol, order: "newest", limit: 200, ...past } })
  )
  return (
    <Panel
      title={texts.slippage}
      note={texts.slippageNote}
      action={<Link href={pathOfSlippage(account)}>{texts.allSymbols}</Link>}
    >
      <Asked query={hedging}>{({ items }) => <Slippage hedged={items} />}</Asked>
    </Panel>
  )
}

const factsOf = (position: Position): ReadonlyArray<Fact> => [
  ["exposure", <Figure of={position.exposure} signed />],
  ["base", <Figure of={position.base} signed />],
  ["direct", <Figure of={position.direct} signed />],
  ["adopted", <Figure of={position.adopted} signed />],
  ["nextCutOff", position.nextCutOff === null ? null : <Moment at={position.nextCutOff} />],
  ["ladder", position.ladder === null ? null : ladderWords(position.ladder)],
  ["heldBy", position.heldBy === null ? null : <Link href={`/orders/${position.heldBy}`}>{position.heldBy}</Link>],
  ["entries", <Link href={pathOfEntries(position.account, `position/${position.symbol}`)}>{texts.viewInJournal}</Link>]
]

const Detail = ({ position }: { readonly position: Position }) => {
  const bound = useBound(position)
  const asOf = useAsOf()
  const { account, symbol } = position
  return (
    <>
      <PageHead
        note={
          <>
            <Link href="/positions">{texts.positions}</Link> · {account}
          </>
        }
        actions={<Actions position={position} bound={bound} />}
      >
        {symbol}
      </PageHead>
      {bound.map((each) => (
        <BoundBanner key={nameOf(each)} by={each} />
      ))}
      <Standing position={position} />
      {position.breaks.map((found) => (
        <BreakBanner key={found.id} found={found} />
      ))}
      <div className="two">
        <TablePanel
          title={texts.openLots}
          note={texts.oldestFirst}
          empty={texts.noOpenLots}
          columns={lots}
          rows={position.lots}
          idOf={({ id }) => id}
        />
        <RecentOrders account={account} symbol={symbol} />
      </div>
      <CostAndProfit account={account} symbol={symbol} />
      {asOf === "" ? <ResidualOverTime account={account} symbol={symbol} /> : null}
      <Hedging account={account} symbol={symbol} />
      <Facts facts={factsOf(position)} />
    </>
  )
}

/** A position: where it stands, what waits in its queue, and its orders. */
export const PositionPage = ({ account, symbol }: { readonly account: string; readonly symbol: string }) => (
  <Shown
    name={["position", account, symbol]}
    title={symbol}
    read={(api, past) => api.positions.show({ path: { symbol }, urlParams: { account, ...past } })}
  >
    {(position) => <Detail position={position} />}
  </Shown>
)
