import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import { Facts } from "../ui/parts/Facts.tsx"
import { Figure, Foreign, GivenId, Moment, Said } from "../ui/parts/Figure.tsx"
import { Panel } from "../ui/parts/Panel.tsx"
import { Crumb, RecordLink, Shown, WhyLink } from "../ui/record/Record.tsx"
import { Head } from "../ui/parts/Help.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { Side, SignView, StateSign } from "../ui/parts/Sign.tsx"
import type { Column } from "../ui/table/Column.ts"
import * as columns from "../ui/table/columns.tsx"
import { Rows } from "../ui/table/TablePanel.tsx"
import { Payload, PayloadOf, Timeline } from "../ui/record/Story.tsx"
import { FillLots } from "./FillLots.tsx"
import { pathOfEntries } from "../words/paths.ts"
import { signOfFill } from "../words/signs.ts"
import { Terms } from "../ui/record/Terms.tsx"
import { texts } from "../words/text/records.ts"

interface ById {
  readonly id: string
}

const trades: ReadonlyArray<Column<typeof Documents.AllocationDocument.Type>> = [
  columns.linked("trade", "/trades", ({ tradeId }) => tradeId),
  columns.foreign("sourceId", ({ sourceId }) => sourceId),
  columns.figure("allocation", ({ quantity }) => quantity)
]

/** More of them are on the page of the order. */
const MOST_TRADES = 100

/** The trades whose shares the order of a fill has. */
const TradesOf = ({ orderId }: { readonly orderId: string }) => (
  <Panel title={texts.sourceTrades} note={texts.ofOrder({ order: orderId })}>
    <Shown
      name={["allocations of", orderId]}
      read={(api, past) =>
        api.allocations.list({ urlParams: { ...past, orderId, standing: true, limit: MOST_TRADES } })
      }
    >
      {({ items }) => (
        <Rows
          label={texts.sourceTrades}
          empty={texts.noSourceTrades}
          columns={trades}
          rows={items}
          idOf={({ quantity, tradeId }) => `${tradeId} ${quantity}`}
          isShort
        />
      )}
    </Shown>
  </Panel>
)

const FillPage = ({ id }: ById) => (
  <Shown name={["fill", id]} title={id} read={(api, past) => api.fills.show({ path: { id }, urlParams: past })}>
    {(fill) => (
      <>
        <PageHead note={<Crumb id={id} name={texts.fills} to="/fills" />}>
          {fill.side === null ? null : <Side side={fill.side} />}{" "}
          {texts.fillAt({
            quantity: <Figure of={fill.quantity} />,
            symbol: fill.symbol,
            price: <Figure of={fill.price} money />
          })}{" "}
          <WhyLink of={id} /> <SignView sign={signOfFill(fill)} />
        </PageHead>
        <Facts
          facts={[
            ["account", fill.account],
            ["order", <RecordLink id={fill.orderId} to={`/orders/${fill.orderId}`} />],
            ["executed", <Moment at={fill.executedAt} />],
            ["created", <Moment at={fill.createdAt} />],
            [
              "commission",
              <>
                <Figure of={fill.commission} money /> {fill.commissionCurrency}
              </>
            ],
            ["execId", <GivenId id={fill.execId} />],
            ["revision", <Figure of={String(fill.revision)} />],
            [
              "entries",
              <Link href={pathOfEntries(fill.account, fill.orderId, "FillRecorded")}>{texts.viewInJournal}</Link>
            ]
          ]}
        />
        <Panel title={texts.revisions} note={texts.oldestFirst}>
          <ul className="rows">
            {fill.revisions.map((each) => (
              <li key={each.id}>
                <SignView sign={signOfFill(each)} />
                <span className="what">
                  {texts.revisionAt({
                    revision: each.revision,
                    quantity: <Figure of={each.quantity} />,
                    price: <Figure of={each.price} money />
                  })}
                </span>
                <Moment at={each.executedAt} />
              </li>
            ))}
          </ul>
        </Panel>
        {fill.canonical ? <FillLots id={id} /> : null}
        <TradesOf orderId={fill.orderId} />
        {fill.payloadId === null ? null : (
          <Panel title={<Head term="payload" />}>
            <PayloadOf id={fill.payloadId} title={texts.report} />
          </Panel>
        )}
      </>
    )}
  </Shown>
)

const DecisionPage = ({ id }: ById) => (
  <Shown name={["decision", id]} title={id} read={(api, past) => api.decisions.show({ path: { id }, urlParams: past })}>
    {(decision) => (
      <>
        <PageHead note={<Crumb id={id} name={texts.decisions} to="/decisions" />} actions={<WhyLink of={id} />}>
          <Side side={decision.side} />{" "}
          <Figure of={decision.quantity ?? decision.notional} money={decision.quantity === null} /> {decision.symbol}{" "}
          <StateSign family="decision" state={decision.status} />
        </PageHead>
        <Facts
          facts={[
            ["account", decision.account],
            ["strategy", <Foreign text={decision.strategy} />],
            ["orderType", <Terms of={{ ...decision, type: decision.orderType }} />],
            ["limitPrice", decision.limitPrice === null ? null : <Figure of={decision.limitPrice} money />],
            ["stopPrice", decision.stopPrice === null ? null : <Figure of={decision.stopPrice} money />],
            [
              "order",
              decision.orderId === null ? null : <RecordLink id={decision.orderId} to={`/orders/${decision.orderId}`} />
            ],
            ["created", <Moment at={decision.createdAt} />],
            ["reason", decision.reason === null ? null : <Said text={decision.reason} />]
          ]}
        />
        <Panel title={texts.rationale}>
          <p className="evidence">
            {decision.rationale === null ? texts.noRationale : <Foreign text={decision.rationale} />}
          </p>
        </Panel>
        <Timeline account={decision.account} history={decision.history} />
      </>
    )}
  </Shown>
)

const AttemptPage = ({ id }: ById) => (
  <Shown name={["attempt", id]} title={id} read={(api, past) => api.attempts.show({ path: { id }, urlParams: past })}>
    {(attempt) => (
      <>
        <PageHead note={<Crumb id={id} name={texts.attempts} to="/attempts" />} actions={<WhyLink of={id} />}>
          {texts.attemptOf({
            number: attempt.number,
            order: <Link href={`/orders/${attempt.orderId}`}>{attempt.orderId}</Link>
          })}{" "}
          <StateSign family="attempt" state={attempt.outcome ?? "sending"} />
        </PageHead>
        <Facts
          facts={[
            ["sent", <Moment at={attempt.submittedAt} />],
            ["http", attempt.httpStatus === null ? null : String(attempt.httpStatus)],
            ["brokerOrderId", <GivenId id={attempt.brokerOrderId} />],
            ["filled", <Figure of={attempt.filledQuantity} />],
            [
              "averagePrice",
              attempt.filledAveragePrice === null ? null : <Figure of={attempt.filledAveragePrice} money isAbout />
            ],
            [
              "error",
              <Foreign
                text={[attempt.errorCode, attempt.errorMessage, attempt.errorDetails]
                  .filter((each) => each !== null)
                  .join(": ")}
              />
            ]
          ]}
        />
        <Panel title={texts.exchange}>
          <div className="two">
            <Payload title={texts.request} of={attempt.request} />
            <Payload title={texts.response} of={attempt.response} />
          </div>
        </Panel>
      </>
    )}
  </Shown>
)

/** A fill, a decision or an attempt. */
export const RecordPage = ({ id, kind }: ById & { readonly kind: "fills" | "decisions" | "attempts" }) =>
  kind === "fills" ? <FillPage id={id} /> : kind === "decisions" ? <DecisionPage id={id} /> : <AttemptPage id={id} />
