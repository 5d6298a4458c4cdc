import type { Documents } from "@roundlot/api"
import type { ReactNode } from "react"
import { Link } from "wouter"
import { useIsStale } from "../api/asking.ts"
import { ofAllAccounts } from "../ui/parts/asOf.ts"
import { AtRisk, RecommendedVerdict } from "../ui/action/AtRisk.tsx"
import { Age, Figure, Foreign, Said, Time } from "../ui/parts/Figure.tsx"
import { SameCause } from "../ui/record/SameCause.tsx"
import { SignIcon, StateSign } from "../ui/parts/Sign.tsx"
import { eventWords, serviceHead, subjectWords } from "../words/events.ts"
import { signOfState } from "../words/signs.ts"
import { texts } from "../words/text/overview.ts"

type Overview = Documents.OverviewDocument

/** Something that needs a person: what it is, since when, and where to look. */
interface Line {
  readonly key: string
  readonly sign: ReactNode
  readonly text: ReactNode
  /** Dollars at stake, where they are known. */
  readonly dollars?: string | null
  readonly at: string | null
  readonly to: string
  readonly verb: "Resolve" | "Review"
}

/** A case of breaks: the gravest of them, and all their ids. */
interface BreakCase {
  readonly found: Overview["openBreaks"][number]
  readonly ids: ReadonlyArray<string>
}

const casesOf = ({ breakCases, openBreaks }: Overview): ReadonlyArray<BreakCase> => {
  const left = new Map(breakCases.flatMap((ids) => ids.map((id) => [id, ids] as const)))
  return openBreaks.flatMap((found) => {
    const ids = left.get(found.id)
    if (ids === undefined) return []
    // The gravest come first: what else is of this case stands in its line.
    for (const id of ids) left.delete(id)
    return [{ found, ids }]
  })
}

const ofBreak = ({ found, ids }: BreakCase): Line => ({
  key: found.id,
  sign: <StateSign family="break" state={found.standing} />,
  text: (
    <>
      {texts.breakLine({
        kind: <strong>{eventWords(found.kind)}</strong>,
        subject: subjectWords(found.subject),
        account: found.account,
        evidence: <Said text={found.evidence} />
      })}
      <SameCause ids={ids} />
      {found.kind === "PositionBlocked" ? (
        <>
          <AtRisk of={found.atRisk} />
          <RecommendedVerdict of={found.recommended} account={found.account} />
        </>
      ) : null}
    </>
  ),
  dollars: found.atRisk.dollars,
  at: found.openedAt,
  to: `/attention/${found.id}`,
  verb: texts.review
})

const sideWord = (side: string): string => signOfState("side", side).word

/** How much an order asks for: shares, or dollars where it asks for those. */
const sizeOf = ({ askedNotional, quantity }: { readonly askedNotional: string | null; readonly quantity: string }) =>
  askedNotional === null ? quantity : texts.dollarsOf({ notional: askedNotional })

const ofDoubt = (order: Overview["inDoubt"][number]): Line => ({
  key: order.id,
  sign: <StateSign family="order" state="in_doubt" />,
  text: texts.unconfirmedLine({
    side: sideWord(order.side),
    size: sizeOf(order),
    symbol: <strong>{order.symbol}</strong>,
    account: order.account
  }),
  dollars: order.dollars,
  at: order.sentAt,
  to: `/attention/${order.id}`,
  verb: texts.resolve
})

const ofProposed = ({
  account,
  approveBy,
  id,
  proposedAt,
  quantity,
  side,
  symbol
}: Overview["proposed"][number]): Line => ({
  key: id,
  sign: <StateSign family="orderTag" state="proposed" />,
  text: texts.proposedLine({
    side: sideWord(side),
    quantity,
    symbol: <strong>{symbol}</strong>,
    account,
    approveBy: <Time at={approveBy} />
  }),
  at: proposedAt,
  to: `/attention/${id}`,
  verb: texts.resolve
})

const ofRequest = ({ approveBy, id, preview, requestedAt, requestedBy }: Overview["requests"][number]): Line => ({
  key: id,
  sign: <StateSign family="approval" state="waiting" />,
  text: texts.requestLine({
    what: <Said text={preview} />,
    by: <Foreign text={requestedBy} />,
    approveBy: <Time at={approveBy} />
  }),
  at: requestedAt,
  to: `/attention/${id}`,
  verb: texts.review
})

/** What became of an order that was not filled, and why where its broker said so. */
const failureOf = (found: Overview["failedOrders"][number]): ReactNode => {
  const { account, reason, side, status, symbol } = found
  const order = { side: sideWord(side), size: sizeOf(found), symbol: <strong>{symbol}</strong>, account }
  const isRejected = status === "rejected"
  if (reason === null) return isRejected ? texts.rejected(order) : texts.failed(order)
  const failed = { ...order, reason: <Said text={reason} /> }
  return isRejected ? texts.rejectedWhy(failed) : texts.failedWhy(failed)
}

const ofFailed = (failed: Overview["failedOrders"][number]): Line => ({
  key: failed.id,
  sign: <StateSign family="order" state={failed.status} />,
  text: failureOf(failed),
  at: failed.endedAt,
  to: `/attention/${failed.id}`,
  verb: texts.review
})

const ofBatch = ({ failed, finishedAt, id, name, total }: Overview["failedBatches"][number]): Line => ({
  key: id,
  sign: <StateSign family="batch" state={failed < total ? "partial_success" : "failed"} />,
  text: texts.failedRowsLine({ failed, total, batch: <Foreign text={name} /> }),
  at: finishedAt,
  to: `/attention/${id}`,
  verb: texts.review
})

const ofPart = (part: string): Line => ({
  key: part,
  sign: <StateSign family="part" state="failing" />,
  text: <>{serviceHead(part)}</>,
  at: null,
  to: "/ops",
  verb: texts.review
})

/** A line for all of a kind, by their number. */
const counted = (count: number, line: Omit<Line, "at">): ReadonlyArray<Line> =>
  count === 0 ? [] : [{ ...line, at: null }]

const isUrgent = ({ found: { standing } }: BreakCase): boolean => standing === "critical" || standing === "escalated"

/** All lines, what may mean wrong or doubled shares first. */
const linesOf = (overview: Overview): ReadonlyArray<Line> => {
  const { failedBatches, failedOrders, failing, givenUp, inDoubt, proposed, quarantined, requests } = overview
  const breaks = casesOf(overview)
  return [
    ...breaks.filter(isUrgent).map(ofBreak),
    ...inDoubt.map(ofDoubt),
    ...proposed.map(ofProposed),
    ...requests.map(ofRequest),
    ...breaks.filter((each) => !isUrgent(each)).map(ofBreak),
    ...failing.map(ofPart),
    ...failedOrders.map(ofFailed),
    ...failedBatches.map(ofBatch),
    ...counted(givenUp, {
      key: "jobs",
      sign: <StateSign family="job" state="dead" />,
      text: texts.jobsGivenUp({ count: givenUp }),
      to: ofAllAccounts("/attention"),
      verb: texts.review
    }),
    ...counted(quarantined, {
      key: "held",
      sign: <StateSign family="trade" state="quarantined" />,
      text: texts.heldTrades({ count: quarantined }),
      to: ofAllAccounts("/trades?status=quarantined"),
      verb: texts.resolve
    })
  ]
}

const MOST = 5

const Nothing = () => {
  const isStale = useIsStale()
  return (
    <p className="calm">
      <span className="tone-ok">
        <SignIcon sign={signOfState("part", "ok")} />
      </span>
      {isStale ? texts.noOpenItemsStale : texts.noOpenItems}
    </p>
  )
}

/** The gravest of what needs a person, and the way to the rest. */
export const NeedsAttention = ({ overview }: { readonly overview: Overview }) => {
  if (overview.cases === 0) return <Nothing />
  const lines = linesOf(overview)
  return (
    <section className="panel cases" aria-label={texts.needsAttention}>
      <ul>
        {lines.slice(0, MOST).map(({ at, dollars = null, key, sign, text, to, verb }) => (
          <li key={key}>
            {sign}
            <span className="what">{text}</span>
            <span className="figure">{dollars === null || dollars === "0" ? null : <Figure of={dollars} money />}</span>
            <span className="faint">{at === null ? null : <Age at={at} />}</span>
            <Link href={to} className="button small">
              {verb}
              <span className="hidden"> {key}</span>
            </Link>
          </li>
        ))}
      </ul>
      {lines.length > MOST ? (
        <Link href={ofAllAccounts("/attention")} className="more">
          {texts.all({ cases: overview.cases })}
        </Link>
      ) : null}
    </section>
  )
}
