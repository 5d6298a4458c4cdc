import type { Documents } from "@roundlot/api"
import type { ReactNode } from "react"
import { Link, Redirect } from "wouter"
import { useAsk } from "../api/asking.ts"
import { orderOf, tradeOf } from "../api/records.ts"
import { approveOrder, cancelOrder } from "../ui/action/orders.ts"
import { dismissTrade } from "../ui/action/trades.ts"
import { retryJob } from "../ui/action/jobs.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import { AtRisk, RecommendedVerdict } from "../ui/action/AtRisk.tsx"
import { Facts } from "../ui/parts/Facts.tsx"
import { Figure, Foreign, GivenId, Moment, Said } from "../ui/parts/Figure.tsx"
import { Asked, Panel } from "../ui/parts/Panel.tsx"
import { Crumb, RecordLink, Shown } from "../ui/record/Record.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { Side, SignView, StateSign } from "../ui/parts/Sign.tsx"
import { signOfCase } from "../words/signs.ts"
import { Timeline } from "../ui/record/Story.tsx"
import { Attending, attentionFacts, Notes, OrderSides } from "./Case.tsx"
import { Request } from "./Request.tsx"
import { Terms } from "../ui/record/Terms.tsx"
import { texts } from "../words/text/attention.ts"

/** A held trade, as its source delivered it. */
const HeldTrade = ({ id }: { readonly id: string }) => (
  <Shown name={["trade", id]} read={(api, past) => tradeOf(id, past)(api)}>
    {(trade) => (
      <Panel
        title={texts.heldTrade}
        note={<RecordLink id={id} to={`/trades/${id}`} />}
        action={<ActionButton action={dismissTrade(trade)} className="button small" />}
      >
        <Facts
          facts={[
            ["side", <Side side={trade.side} />],
            ["quantity", <Figure of={trade.quantity} />],
            ["symbol", <Foreign text={trade.symbol} />],
            ["price", trade.price === null ? null : <Figure of={trade.price} money />],
            ["tradedAt", <Moment at={trade.tradedAt} />],
            ["source", <Foreign text={trade.source} />],
            ["sourceId", <GivenId id={trade.sourceId} />]
          ]}
        />
      </Panel>
    )}
  </Shown>
)

/** An order that was proposed, and what a person may do with it. */
const ProposedOrder = ({ id }: { readonly id: string }) => (
  <Shown name={["order", id]} read={(api, past) => orderOf(id, past)(api)}>
    {(order) => (
      <Panel
        title={texts.proposedOrder}
        note={<RecordLink id={id} to={`/orders/${id}`} />}
        action={
          <>
            <ActionButton action={approveOrder(order)} className="button small" />{" "}
            <ActionButton action={cancelOrder(order)} className="button small" />
          </>
        }
      >
        <Facts
          facts={[
            ["account", order.account],
            ["side", <Side side={order.side} />],
            ["quantity", <Figure of={order.quantity} />],
            ["symbol", <Foreign text={order.symbol} />],
            ["orderType", <Terms of={order} />],
            ["limitPrice", order.limitPrice === null ? null : <Figure of={order.limitPrice} money />],
            ["stopPrice", order.stopPrice === null ? null : <Figure of={order.stopPrice} money />],
            ["notional", order.proposal === null ? null : <Figure of={order.proposal.notional} money />],
            ["source", order.proposal === null ? null : <Foreign text={order.proposal.source} />],
            ["approveBy", order.proposal === null ? null : <Moment at={order.proposal.approveBy} />]
          ]}
        />
      </Panel>
    )}
  </Shown>
)

/** A job that was given up, with what its last try failed with. */
const DeadJob = ({ id }: { readonly id: string }) => (
  <Asked query={useAsk(["job", id], (api) => api.jobs.show({ path: { id } }))}>
    {(job) => (
      <Panel title={texts.job} action={<ActionButton action={retryJob(job)} className="button small" />}>
        <Facts
          facts={[
            ["job", <Foreign text={`${job.type} ${job.key}`} />],
            ["tries", `${job.tries}/${job.mostTries}`],
            ["failure", <Foreign text={job.failure} />],
            ["finished", <Moment at={job.endedAt} />]
          ]}
        />
      </Panel>
    )}
  </Asked>
)

const evidenceOf = ({ id, kind }: Documents.CaseDetail): ReactNode => {
  switch (kind) {
    case "in_doubt":
    case "failed_order":
      return <OrderSides id={id} />
    case "request":
      return <Request id={id} />
    case "approval":
      return <ProposedOrder id={id} />
    case "quarantine":
      return <HeldTrade id={id} />
    case "batch":
      return <p>{texts.batchShowsRows({ batch: <RecordLink id={id} to={`/batches/${id}`} /> })}</p>
    case "job":
      return <DeadJob id={id} />
    default:
      return <p>{texts.showsAllServices({ operations: <Link href="/ops">{texts.operations}</Link> })}</p>
  }
}

const Detail = ({ found }: { readonly found: Documents.CaseDetail }) => (
  <>
    <PageHead
      note={<Crumb id={found.id} name={texts.attention} to="/attention" />}
      actions={<Attending found={found} />}
    >
      <SignView sign={signOfCase(found.kind)} /> <StateSign family="break" state={found.severity} />
    </PageHead>
    <Panel title={texts.evidence}>
      <p className="evidence">
        <Said text={found.what} />
      </p>
      <AtRisk of={found.atRisk} />
      <RecommendedVerdict of={found.recommended} />
    </Panel>
    {evidenceOf(found)}
    <Facts
      facts={[
        ["account", found.account],
        ["symbol", found.symbol === null ? null : <Foreign text={found.symbol} />],
        ["holds", found.holds],
        ...attentionFacts(found),
        ["opened", <Moment at={found.since} />]
      ]}
    />
    <Notes notes={found.notes} />
    <Timeline account={found.account ?? "_store"} history={found.history} />
  </>
)

/** Whether a case of this id has earlier moments: jobs and parts of the program are not in the journal. */
const isOnRecord = (id: string): boolean => /^[OTGR]\d+$/i.test(id)

/** A case that is no break: what was seen, what to do first, and what people did about it. One that a break says so of is shown there. */
export const OpenCase = ({ id }: { readonly id: string }) => (
  <Shown
    name={["case", id]}
    title={id}
    read={(api, past) => api.overview.case({ path: { id }, urlParams: isOnRecord(id) ? past : {} })}
  >
    {(found) =>
      found.kind === "break" ? <Redirect to={`/attention/${found.id}`} replace /> : <Detail found={found} />
    }
  </Shown>
)
