import type { Documents } from "@roundlot/api"
import type { ReactNode } from "react"
import { Link } from "wouter"
import { useOverview } from "../api/overview.ts"
import { breakOf, orderOf, type Seen } from "../api/records.ts"
import { negated, signOf, sumOf } from "../format/figure.ts"
import {
  acknowledgeCase,
  adjustPosition,
  assignCase,
  changedAt,
  dismissBreak,
  noteCase,
  type OpenCase
} from "../ui/action/cases.ts"
import { cancelOrder } from "../ui/action/orders.ts"
import { reconcileNow } from "../ui/action/jobs.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import { AtRisk, RecommendedVerdict } from "../ui/action/AtRisk.tsx"
import { useAsOf } from "../ui/parts/asOf.ts"
import { BothSides } from "../ui/record/BothSides.tsx"
import { Candidates } from "../ui/action/Candidates.tsx"
import { Facts, type Fact } from "../ui/parts/Facts.tsx"
import { Figure, Foreign, GivenId, Moment, Said } from "../ui/parts/Figure.tsx"
import { Head } from "../ui/parts/Help.tsx"
import { Panel } from "../ui/parts/Panel.tsx"
import { Crumb, RecordLink, Shown } from "../ui/record/Record.tsx"
import { SameCause } from "../ui/record/SameCause.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { Side, SignView, StateSign } from "../ui/parts/Sign.tsx"
import { Payload, Timeline } from "../ui/record/Story.tsx"
import { eventWords, subjectWords } from "../words/events.ts"
import { pathOfPosition, pathOfRecord } from "../words/paths.ts"
import { signOfOrder } from "../words/signs.ts"
import { texts } from "../words/text/attention.ts"

type Holdings = NonNullable<Documents.BreakDetail["holdings"]>

const subjectPath = (subject: string): string | undefined =>
  pathOfRecord({ kind: subject.startsWith("O") ? "order" : "trade", id: subject })

/** A position, as both sides have it. */
const Positions = ({ of: { ours, theirs, ...parts } }: { readonly of: Holdings }) => {
  const made = (["base", "hedged", "direct", "adopted"] as const).flatMap((term) =>
    signOf(parts[term]) === 0 ? [] : [{ term, ours: <Figure of={parts[term]} signed />, theirs: null }]
  )
  const shares = {
    term: "shares",
    ours: <Figure of={ours} signed />,
    theirs: <Figure of={theirs} signed />,
    differs: ours !== theirs
  } as const
  return <BothSides lines={[shares, ...made]} note={texts.withOurParts} />
}

/** An order, as the books have it and as the broker last answered; with its cancel where that is what to do first. */
export const OrderSides = ({ id, isToEnd = false }: { readonly id: string; readonly isToEnd?: boolean }) => (
  <Shown name={["order", id]} read={(api, past) => orderOf(id, past)(api)}>
    {(order) => {
      const last = order.attempts.at(-1)
      return (
        <>
          <div className="two">
            <Panel title={texts.inTheBooks} note={<RecordLink id={id} to={`/orders/${id}`} />}>
              <Facts
                facts={[
                  ["status", <SignView sign={signOfOrder(order)} />],
                  ["side", <Side side={order.side} />],
                  ["quantity", <Figure of={order.quantity} />],
                  ["filled", <Figure of={order.filledQuantity} />],
                  [
                    "averagePrice",
                    order.averagePrice === null ? null : <Figure of={order.averagePrice} money isAbout />
                  ],
                  ["brokerOrderId", <GivenId id={order.brokerOrderId} />],
                  ["clientOrderId", <GivenId id={order.clientOrderId} />]
                ]}
              />
              {isToEnd && order.phase === "open" && order.cancelRequestedAt === null ? (
                <ActionButton action={cancelOrder(order)} />
              ) : null}
            </Panel>
            <Panel title={texts.atTheBroker} note={texts.lastAnswer}>
              <Payload title={texts.answer} of={last?.response ?? null} />
            </Panel>
          </div>
          <Candidates order={order} />
        </>
      )
    }}
  </Shown>
)

/** What may be done about a difference in holdings: it is booked as ours or not, or compared again. */
const Adjusting = ({ found }: { readonly found: Documents.BreakDetail }) => {
  const { account, holdings: sides, symbol } = found
  const by = sides === null ? "0" : sumOf([sides.theirs, negated(sides.ours)])
  if (symbol === null || sides === null || signOf(by) === 0) return null
  const difference = { account, symbol, by, ours: sides.ours, seenAt: changedAt(found) }
  return (
    <>
      <ActionButton action={adjustPosition("base", difference)} />
      <ActionButton action={adjustPosition("hedged", difference)} />
    </>
  )
}

/** What ends a break, in a sentence, where it is not an operator's word. */
const endOf = ({ kind, subject }: Documents.BreakDetail): ReactNode => {
  if (kind === "Doubt") {
    return texts.closesWithOrder({ order: <Link href={`/orders/${subject}`}>{subject}</Link> })
  }
  if (kind === "PositionDiffers" || kind === "ForeignPosition") {
    return texts.closesOnAgreement
  }
  return texts.closesAutomatically
}

/** Books and broker are compared again. */
const Reconcile = ({ isFirst }: { readonly isFirst: boolean }) => (
  <span className={isFirst ? undefined : "apart"} data-key="r">
    <ActionButton action={reconcileNow} className={isFirst ? "button primary" : "button quiet"} />
  </span>
)

const Verbs = ({ found }: { readonly found: Seen<Documents.BreakDetail> }) => {
  const isReconciledFirst = found.recommended?.resolution === "reconcile"
  return found.closes === "by verdict" ? (
    <>
      <span data-verdicts="">
        <ActionButton action={dismissBreak(found)} className={isReconciledFirst ? "button" : "button primary"} />
      </span>
      {isReconciledFirst ? <Reconcile isFirst /> : null}
    </>
  ) : (
    <>
      {isReconciledFirst ? <Reconcile isFirst /> : null}
      <span className="actions" data-verdicts="">
        <Adjusting found={found} />
      </span>
      {isReconciledFirst ? null : <Reconcile isFirst={false} />}
    </>
  )
}

/** What a person says of a case without judging it. */
export const Attending = ({ found }: { readonly found: OpenCase }) => (
  <span className="actions">
    <ActionButton action={acknowledgeCase(found)} className="button quiet" />
    <ActionButton action={assignCase(found)} className="button quiet" />
    <ActionButton action={noteCase(found)} className="button quiet" />
  </span>
)

/** Who owns a case, and who has seen it. */
export const attentionFacts = ({ acknowledged, owner }: Documents.Attention): ReadonlyArray<Fact> => [
  ["owner", owner === null ? null : <Foreign text={owner} />],
  [
    "acknowledged",
    acknowledged === null ? null : (
      <>
        <StateSign family="break" state={acknowledged.severity} /> <Foreign text={acknowledged.by} />{" "}
        <Moment at={acknowledged.at} />
      </>
    )
  ]
]

/** What people have said of a case. */
export const Notes = ({ notes }: { readonly notes: Documents.BreakDetail["notes"] }) =>
  notes.length === 0 ? null : (
    <Panel title={<Head term="notes" />}>
      <ul className="rows">
        {notes.map(({ at, by, note }) => (
          <li key={`${at} ${note}`}>
            <span className="what">
              <Foreign text={note} />
            </span>
            <span className="faint">
              <Foreign text={by} /> <Moment at={at} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )

/** The other breaks of its cause, now. */
const OfOneCause = ({ id }: { readonly id: string }) => {
  const { data } = useOverview()
  const isNow = useAsOf() === ""
  const ids = data?.breakCases.find((each) => each.includes(id))
  return isNow && ids !== undefined ? <SameCause ids={ids} /> : null
}

const Detail = ({ found }: { readonly found: Seen<Documents.BreakDetail> }) => {
  const { account, closedAt, closedWhy, evidence, holds, id, kind, openedAt, status, subject, symbol } = found
  const about = /^[OT]\d+$/.test(subject) ? subjectPath(subject) : undefined
  return (
    <>
      <PageHead
        note={<Crumb id={id} name={texts.attention} to="/attention" />}
        actions={
          status === "open" ? (
            <>
              <Verbs found={found} />
              <Attending found={{ id, owner: found.owner, severity: found.standing }} />
            </>
          ) : null
        }
      >
        {eventWords(kind)} <StateSign family="break" state={found.standing} />
      </PageHead>
      <Panel title={texts.evidence}>
        <p className="evidence">
          <Said text={evidence} />
        </p>
        <AtRisk of={found.atRisk} />
        <RecommendedVerdict of={found.recommended} account={found.account} />
        {status === "open" ? <OfOneCause id={id} /> : null}
        {status === "open" && found.closes === "by itself" ? <p className="evidence faint">{endOf(found)}</p> : null}
      </Panel>
      {found.holdings === null ? null : <Positions of={found.holdings} />}
      {/^O\d+$/.test(subject) ? <OrderSides id={subject} isToEnd={found.recommended?.resolution === "cancel"} /> : null}
      <Facts
        facts={[
          ["account", account],
          ["symbol", symbol === null ? null : <Link href={pathOfPosition({ account, symbol })}>{symbol}</Link>],
          [
            "subject",
            about === undefined ? <GivenId id={subjectWords(subject)} /> : <RecordLink id={subject} to={about} />
          ],
          ["holds", holds],
          ...attentionFacts(found),
          ["opened", <Moment at={openedAt} />],
          [
            "closed",
            closedAt === null ? null : (
              <>
                <Moment at={closedAt} /> <Foreign text={closedWhy} />
              </>
            )
          ]
        ]}
      />
      <Notes notes={found.notes} />
      <Timeline account={account} history={found.history} />
    </>
  )
}

/** A break: what was seen, what it holds, and what happened to it. */
export const Case = ({ id }: { readonly id: string }) => (
  <Shown name={["break", id]} title={id} read={(api, past) => breakOf(id, past)(api)}>
    {(found) => <Detail found={found} />}
  </Shown>
)
