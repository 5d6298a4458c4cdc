import { Link } from "wouter"
import { Facts } from "../ui/Facts.tsx"
import { Figure, Foreign, GivenId, Time } from "../ui/Figure.tsx"
import { Panel } from "../ui/Panel.tsx"
import { Crumb, RecordLink, Shown } from "../ui/Record.tsx"
import { PageHead } from "../ui/Shell.tsx"
import { Side, StateSign } from "../ui/Sign.tsx"
import { Payload, Timeline } from "../ui/Story.tsx"

interface ById {
  readonly id: string
}

const FillPage = ({ id }: ById) => (
  <Shown name={["fill", id]} title={id} read={(api) => api.fills.show({ path: { id } })}>
    {(fill) => (
      <>
        <PageHead note={<Crumb id={id} name="Fills" to="/fills" />}>
          {fill.side === null ? null : <Side side={fill.side} />} <Figure of={fill.quantity} /> {fill.symbol} at{" "}
          <Figure of={fill.price} money />{" "}
          <StateSign family="fill" state={fill.canonical ? "canonical" : "superseded"} />
        </PageHead>
        <Facts
          facts={[
            ["account", fill.account],
            ["order", <RecordLink id={fill.orderId} to={`/orders/${fill.orderId}`} />],
            ["executed", <Time at={fill.executedAt} />],
            ["created", <Time at={fill.createdAt} />],
            [
              "commission",
              <>
                <Figure of={fill.commission} money /> {fill.commissionCurrency}
              </>
            ],
            ["execId", <GivenId id={fill.execId} />],
            ["revision", <Figure of={String(fill.revision)} />]
          ]}
        />
        <Panel title="Revisions" note="oldest first">
          <ul className="rows">
            {fill.revisions.map((each) => (
              <li key={each.id}>
                <StateSign
                  family="fill"
                  state={each.canonical ? "canonical" : "superseded"}
                  tail={`r${each.revision}`}
                />
                <span className="what">
                  <Figure of={each.quantity} /> at <Figure of={each.price} money />
                </span>
                <Time at={each.executedAt} />
              </li>
            ))}
          </ul>
        </Panel>
      </>
    )}
  </Shown>
)

const DecisionPage = ({ id }: ById) => (
  <Shown name={["decision", id]} title={id} read={(api) => api.decisions.show({ path: { id } })}>
    {(decision) => (
      <>
        <PageHead note={<Crumb id={id} name="Decisions" to="/decisions" />}>
          <Side side={decision.side} />{" "}
          <Figure of={decision.quantity ?? decision.notional} money={decision.quantity === null} /> {decision.symbol}{" "}
          <StateSign family="decision" state={decision.status} />
        </PageHead>
        <Facts
          facts={[
            ["account", decision.account],
            ["strategy", <Foreign text={decision.strategy} />],
            ["orderType", `${decision.orderType}, ${decision.timeInForce}`],
            ["limitPrice", decision.limitPrice === null ? null : <Figure of={decision.limitPrice} money />],
            [
              "order",
              decision.orderId === null ? null : <RecordLink id={decision.orderId} to={`/orders/${decision.orderId}`} />
            ],
            ["created", <Time at={decision.createdAt} />],
            ["reason", decision.reason === null ? null : <Foreign text={decision.reason} />]
          ]}
        />
        <Panel title="Rationale">
          <p className="evidence">
            {decision.rationale === null ? "None was given." : <Foreign text={decision.rationale} />}
          </p>
        </Panel>
        <Timeline history={decision.history} />
      </>
    )}
  </Shown>
)

const AttemptPage = ({ id }: ById) => (
  <Shown name={["attempt", id]} title={id} read={(api) => api.attempts.show({ path: { id } })}>
    {(attempt) => (
      <>
        <PageHead note={<Crumb id={id} name="Attempts" to="/attempts" />}>
          Attempt {attempt.number} of <Link href={`/orders/${attempt.orderId}`}>{attempt.orderId}</Link>{" "}
          <StateSign family="attempt" state={attempt.outcome ?? "sending"} />
        </PageHead>
        <Facts
          facts={[
            ["sent", <Time at={attempt.submittedAt} />],
            ["http", attempt.httpStatus === null ? null : String(attempt.httpStatus)],
            ["brokerOrderId", <GivenId id={attempt.brokerOrderId} />],
            ["filled", <Figure of={attempt.filledQuantity} />],
            [
              "averagePrice",
              attempt.filledAveragePrice === null ? null : <Figure of={attempt.filledAveragePrice} money />
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
        <Panel title="The exchange">
          <div className="two">
            <Payload title="Request" of={attempt.request} />
            <Payload title="Response" of={attempt.response} />
          </div>
        </Panel>
      </>
    )}
  </Shown>
)

/** A fill, a decision or an attempt. */
export const RecordPage = ({ id, kind }: ById & { readonly kind: "fills" | "decisions" | "attempts" }) =>
  kind === "fills" ? <FillPage id={id} /> : kind === "decisions" ? <DecisionPage id={id} /> : <AttemptPage id={id} />
