import type { Documents } from "@roundlot/api"
import type { ReactNode } from "react"
import { Link } from "wouter"
import { useDocument, useIsStale, useRead, useStanding } from "../api/asking.ts"
import { documentAt } from "../api/documents.ts"
import { useOverview } from "../api/overview.ts"
import { AT_ONCE } from "../api/parts.ts"
import { CopyId } from "../ui/parts/CopyId.tsx"
import { ofAllAccounts, useAsOf } from "../ui/parts/asOf.ts"
import { Age, Figure, Foreign, Time } from "../ui/parts/Figure.tsx"
import { Explained, Head } from "../ui/parts/Help.tsx"
import { Asked, Empty, Panel } from "../ui/parts/Panel.tsx"
import { FillMeter } from "../ui/chart/Bars.tsx"
import { Side, SignIcon, SignView, StateSign } from "../ui/parts/Sign.tsx"
import { notConnected, verdictOf } from "../ui/action/verdict.ts"
import { glossary } from "../words/glossary.ts"
import { activitiesOf, type Activity } from "../words/activity.ts"
import { pathOfEntry, pathOfRecord } from "../words/paths.ts"
import { sizes } from "../words/rows.ts"
import { signOfOrder, signOfState } from "../words/signs.ts"
import { HealthPanel } from "./HealthPanel.tsx"
import { Near } from "./Near.tsx"
import { NeedsAttention } from "./NeedsAttention.tsx"
import { RunningBatches } from "./RunningBatches.tsx"
import { texts } from "../words/text/overview.ts"

type Overview = Documents.OverviewDocument

/** Kinds of breaks by which books and broker do not hold the same. */
const differences: ReadonlySet<string> = new Set(["PositionDiffers", "ForeignPosition"])

/** The oldest of the last comparisons of all accounts; nothing where one was never compared. */
const reconciledAt = ({ accounts }: Overview): string | undefined => {
  const times = accounts.flatMap(({ reconciledAt: at }) => at ?? [])
  return times.length < accounts.length ? undefined : times.toSorted((a, b) => Date.parse(a) - Date.parse(b))[0]
}

/** What the verdict stands on: when books and brokers were last compared, with what result, and when something was executed. */
const Grounds = ({ overview }: { readonly overview: Overview }) => {
  const at = reconciledAt(overview)
  const count = overview.openBreaks.filter(({ kind }) => differences.has(kind)).length
  return (
    <p className="faint grounds">
      <Explained help={glossary.lastReconciled.help}>
        <span>{at === undefined ? texts.notReconciledYet : texts.lastReconciled({ age: <Age at={at} /> })}</span>
      </Explained>
      {at === undefined ? null : count === 0 ? (
        <>
          {": "}
          {texts.noDifferences}
        </>
      ) : (
        <>
          {": "}
          <Link href={ofAllAccounts("/attention")}>{texts.differencesOpen({ count })}</Link>
        </>
      )}
      {" · "}
      <Explained help={glossary.lastFill.help}>
        <span>
          {overview.lastFillAt === null ? texts.noFillYet : texts.lastFill({ age: <Age at={overview.lastFillAt} /> })}
        </span>
      </Explained>
    </p>
  )
}

const Verdict = ({ overview }: { readonly overview: Overview }) => {
  const isStale = useIsStale()
  const { heardAt } = useStanding()
  const { sign, text } = isStale
    ? {
        text: texts.notConnectedSince({ time: <Time at={new Date(heardAt).toISOString()} /> }),
        sign: notConnected.sign
      }
    : verdictOf(overview)
  return (
    <div className="verdict">
      <div className="lead">
        <span className={`tone-${sign.tone}`}>
          <SignIcon sign={sign} />
        </span>
        <div>
          <h1>{text}</h1>
          <p className="faint">
            {overview.accounts.map(({ broker, name }) => `${texts.accountBroker({ name, broker })} · `).join("")}
            {texts.asOf({ at: <Time at={overview.at} />, position: <Figure of={String(overview.position)} /> })}
          </p>
          {overview.accounts.length === 0 ? null : <Grounds overview={overview} />}
        </div>
      </div>
      {overview.accounts.length === 0 ? null : <Today />}
    </div>
  )
}

/** A count that leads to what it counts. */
const Counted = ({ of: { kind, rows }, to }: { readonly of: Documents.Count; readonly to: string }) => (
  <Link href={ofAllAccounts(to)} className={rows === 0 ? "plain faint" : "plain"}>
    {sizes[kind]({ rows: <Figure of={String(rows)} /> })}
  </Link>
)

interface SummedProps {
  readonly of: string | undefined
  /** Of how many it is not known, of so many. */
  readonly missing: number
  readonly all: number
  readonly to: string
}

/** Dollars of so many fills. */
const Summed = ({ all, missing, of, to }: SummedProps) => {
  if (of === undefined || (missing === all && all > 0))
    return <span title={of === undefined ? texts.notSummed : texts.notKnownYet}>—</span>
  return (
    <>
      <Link href={ofAllAccounts(to)} className="plain">
        <Figure of={of} money />
      </Link>
      {missing === 0 ? null : <span className="faint"> {texts.unknown({ missing })}</span>}
    </>
  )
}

/** What was done today, each figure a way to its rows. */
const Today = () => {
  const { data } = useDocument(["overview", "today"], "/api/v1/overview/today")
  if (data === undefined) return null
  const { date, fills, orders, rejected, since, sums, trades } = data
  const from = `since=${encodeURIComponent(since)}`
  const executed = `/fills?${from}&canonical=true`
  const figures = [
    ["marketDay", date],
    ["tradesIn", <Counted of={trades} to={`/trades?${from}`} />],
    ["ordersMade", <Counted of={orders} to={`/orders?${from}`} />],
    ["fillsToday", <Counted of={fills} to={executed} />],
    ["notionalToday", <Summed of={sums?.notional} missing={sums?.unpriced ?? 0} all={fills.rows} to={executed} />],
    ["commissionToday", <Summed of={sums?.commission} missing={sums?.uncharged ?? 0} all={fills.rows} to={executed} />],
    ["rejectedToday", <Counted of={rejected} to={`/orders?${from}&status=rejected`} />]
  ] as const
  return (
    <dl className="figures" aria-label={texts.today}>
      {figures.map(([term, figure]) => (
        <div key={term} className={term === "rejectedToday" && rejected.rows > 0 ? "tone-danger" : undefined}>
          <dt>
            <Head term={term} />
          </dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  )
}

const LATEST = 8

const isLive = ({ phase }: Documents.OrderDocument): boolean => phase === "open" || phase === "pending"

const WorkingOrders = ({ overview }: { readonly overview: Overview }) => {
  const open = Object.values(overview.openOrders).reduce((sum, count) => sum + count, 0)
  const shown = (open === 0 ? overview.latestOrders : overview.latestOrders.filter(isLive)).slice(0, LATEST)
  return (
    <Panel
      title={open === 0 ? texts.latestOrders : texts.workingOrders}
      note={
        open === 0 ? texts.noneIsWorking : shown.length < open ? texts.shownOfOpen({ shown: shown.length, open }) : open
      }
      action={<Link href={ofAllAccounts("/orders")}>{texts.allOrders}</Link>}
    >
      {shown.length === 0 ? (
        <Empty>{texts.noOrders}</Empty>
      ) : (
        <ul className="rows">
          {shown.map((order) => (
            <li key={order.id}>
              <span className="named">
                <Side side={order.side} />{" "}
                <Link href={`/orders/${order.id}`} className="plain">
                  <Figure of={order.quantity} /> <strong>{order.symbol}</strong>
                </Link>
              </span>
              <span className="state">
                {isLive(order) && order.quantity !== null ? (
                  <FillMeter filled={order.filledQuantity} quantity={order.quantity} />
                ) : null}
                <SignView sign={signOfOrder(order)} />
                <span className="faint">
                  <Age at={order.createdAt} />
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

/** Most entries only keep the books, and many belong together: more is read than is shown. */
const HAPPENED = 60
const SHOWN = 12

/** After many trades at once the newest entries only settle them: what is before them is read too, so many times. */
const FURTHER = 6

/** Reads the newest entries, as many as it takes for the lines that are shown. */
const readHappened = async (
  known: ReadonlyArray<Documents.EntryDocument> = [],
  search: Readonly<Record<string, string>> = { limit: String(HAPPENED) },
  further = FURTHER
): Promise<ReadonlyArray<Documents.EntryDocument>> => {
  const { items, nextCursor } = await documentAt("/api/v1/journal", { order: "newest", ...search })
  const all = [...known, ...items]
  return nextCursor === null || further === 0 || activitiesOf(all).length >= SHOWN
    ? all
    : readHappened(all, { cursor: nextCursor, limit: String(AT_ONCE) }, further - 1)
}

const Happening = ({ of: { count, newest, said } }: { readonly of: Activity }) => {
  const { account, at, entity, seq } = newest
  const sign = signOfState(said.family, said.state)
  const to = count > 1 ? undefined : pathOfRecord({ kind: entity.kind, id: entity.id, account })
  const name = count > 1 ? texts.trades({ count }) : `${entity.kind} ${entity.id}`
  return (
    <li>
      <span className={`tone-${sign.tone}`}>
        <SignIcon sign={sign} />
        <span className="hidden">{sign.word}</span>
      </span>
      <Time at={at} />
      <span className="what">
        {entity.kind === "control" ? null : to === undefined ? `${name} ` : <Link href={to}>{name}</Link>}{" "}
        <Foreign text={said.words} />
      </span>
      <Link href={pathOfEntry(account, seq)} className="faint figure" aria-label={texts.entry({ seq })}>
        {seq}
      </Link>
    </li>
  )
}

const Happened = () => {
  const query = useRead(["journal", "newest"], readHappened)
  return (
    <Panel title={texts.recentActivity} action={<Link href={ofAllAccounts("/journal")}>{texts.journal}</Link>}>
      <Asked query={query}>
        {(entries) => (
          <ul className="rows story">
            {activitiesOf(entries)
              .slice(0, SHOWN)
              .map((each) => (
                <Happening key={`${each.newest.account} ${each.newest.seq}`} of={each} />
              ))}
          </ul>
        )}
      </Asked>
    </Panel>
  )
}

interface Step {
  readonly text: string
  readonly command: string
  readonly isDone: boolean
  /** Where the step is done or seen in the browser. */
  readonly link: ReactNode
}

/** How an empty store comes to its first fill. */
const stepsOf = ({ accounts, latestOrders, positions }: Overview): ReadonlyArray<Step> => {
  const [order] = latestOrders
  return [
    {
      text: texts.makeAccount,
      command: "npx roundlot accounts add paper",
      isDone: accounts.length > 0,
      link: <a href="/docs/guides/first-steps">{texts.firstSteps}</a>
    },
    {
      text: texts.sendFirstTrade,
      command: "npx roundlot trades add --symbol AAPL --side buy --quantity 1.5",
      isDone: positions.length > 0 || order !== undefined,
      link: <Link href="/trades/new">{texts.newTrade}</Link>
    },
    {
      text: texts.watchOrder,
      command: "npx roundlot orders list",
      isDone: false,
      link: order === undefined ? null : <Link href={`/orders/${order.id}`}>{texts.order({ order: order.id })}</Link>
    }
  ]
}

const StepRow = ({ of: { command, isDone, link, text } }: { readonly of: Step }) => (
  <li className={isDone ? "faint" : undefined}>
    {isDone ? <StateSign family="job" state="done" /> : null}
    {text}
    {isDone ? null : (
      <span>
        <code>{command}</code> <CopyId id={command} />
      </span>
    )}
    {isDone ? null : link}
  </li>
)

/** Until the first fill: what is done of the way there, and what is next. */
const Beginning = ({ overview }: { readonly overview: Overview }) => (
  <Panel title={texts.getStarted}>
    <ol className="steps">
      {stepsOf(overview).map((step) => (
        <StepRow key={step.text} of={step} />
      ))}
    </ol>
  </Panel>
)

/** The first page: is all well, and what needs a person? */
export const Overview = () => {
  const query = useOverview()
  const isNow = useAsOf() === ""
  return (
    <Asked query={query} title={texts.overview}>
      {(overview) => (
        <>
          <div className="now">
            <Verdict overview={overview} />
            {isNow && overview.lastFillAt === null ? <Beginning overview={overview} /> : null}
            {overview.accounts.length === 0 ? null : <NeedsAttention overview={overview} />}
          </div>
          <div className="columns">
            <div>
              <Near overview={overview} />
              <Happened />
            </div>
            <div>
              <WorkingOrders overview={overview} />
              <RunningBatches />
              <HealthPanel />
            </div>
          </div>
        </>
      )}
    </Asked>
  )
}
