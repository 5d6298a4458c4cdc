import type { Api, Documents } from "@roundlot/api"
import { useAsk } from "../api/asking.ts"
import { useOverview } from "../api/overview.ts"
import { halt, resume, scopeName } from "../ui/actions.ts"
import { ActionButton } from "../ui/ActionButton.tsx"
import * as columns from "../ui/columns.tsx"
import { DataTable, type Column } from "../ui/DataTable.tsx"
import { Time } from "../ui/Figure.tsx"
import { Asked, Panel } from "../ui/Panel.tsx"
import { PageHead } from "../ui/Shell.tsx"
import { StateSign } from "../ui/Sign.tsx"
import { Rows } from "../ui/TablePanel.tsx"

type Glance = Documents.OverviewDocument["accounts"][number]

const accounts: ReadonlyArray<Column<Glance>> = [
  columns.node("account", ({ name }) => <strong>{name}</strong>),
  columns.node("broker", ({ broker }) => broker),
  columns.node("environment", ({ environment }) => (environment === "live" ? "Real money" : "Paper")),
  columns.node("tradingState", ({ tradingState }) => <StateSign family="trading" state={tradingState} />),
  columns.count("positions", ({ positions }) => positions),
  columns.count("openOrders", ({ openOrders }) => openOrders),
  columns.count("openBreaks", ({ openBreaks }) => openBreaks),
  columns.node("control", ({ name, openOrders, tradingState }) =>
    tradingState === "halted" ? (
      <ActionButton action={resume([], name)} className="button small" />
    ) : (
      <ActionButton action={halt(openOrders, name)} className="button small halt" />
    )
  )
]

const controls: ReadonlyArray<Column<Documents.ControlDocument>> = [
  columns.node("control", ({ account, symbol }) => scopeName(account ?? undefined, symbol ?? undefined)),
  columns.node("tradingState", ({ state }) => <StateSign family="trading" state={state} />),
  columns.foreign("reason", ({ reason }) => reason),
  columns.foreign("actor", ({ actor }) => actor),
  columns.time("updated", ({ changedAt }) => changedAt),
  columns.node("next", ({ account, state, symbol }) =>
    state === "halted" ? (
      <ActionButton action={resume([], account ?? undefined, symbol ?? undefined)} className="button small" />
    ) : null
  )
]

type Part = Api.HealthDocument["parts"][number]

const parts: ReadonlyArray<Column<Part>> = [
  columns.node("part", ({ part }) => part),
  columns.node("status", ({ ok }) => <StateSign family="part" state={ok ? "ok" : "failing"} />),
  columns.time("lastSuccess", ({ lastSuccessAt }) => lastSuccessAt),
  columns.count("failures", ({ failures }) => failures),
  columns.foreign("detail", ({ detail }) => detail)
]

const tokens: ReadonlyArray<Column<Documents.TokenDocument>> = [
  columns.foreign("name", ({ name }) => name),
  columns.node("role", ({ role }) => role),
  columns.status("token"),
  columns.created,
  columns.time("expires", ({ expiresAt }) => expiresAt)
]

/** Accounts, trading states, parts of the program and tokens. */
export const Operations = () => {
  const overview = useOverview()
  const health = useAsk(["health"], (api) => api.health())
  const held = useAsk(["tokens"], (api) => api.tokens.list())
  return (
    <>
      <PageHead>Operations</PageHead>
      <Panel title="Accounts">
        <Asked query={overview}>
          {({ accounts: rows }) => (
            <DataTable label="Accounts" columns={accounts} rows={rows} idOf={({ name }) => name} isShort />
          )}
        </Asked>
      </Panel>
      <Panel title="Trading states that were set">
        <Asked query={overview}>
          {({ controls: rows }) => (
            <Rows
              label="Trading states"
              empty="None was ever set: orders are sent. A halt is recorded here with who, when and why."
              columns={controls}
              rows={rows}
              idOf={({ account, symbol }) => `${account} ${symbol}`}
              isShort
            />
          )}
        </Asked>
      </Panel>
      <Panel title="Parts of the program">
        <Asked query={health}>
          {({ parts: rows }) => (
            <DataTable label="Parts of the program" columns={parts} rows={rows} idOf={({ part }) => part} isShort />
          )}
        </Asked>
      </Panel>
      <Panel title="Tokens" note="made and revoked on the command line: roundlot tokens">
        <Asked query={held}>
          {({ items }) => (
            <Rows
              label="Tokens"
              empty={
                <>
                  None was ever made: everybody on this machine may do everything. Make one:{" "}
                  <code>npx roundlot tokens create dana --role operate</code>
                </>
              }
              columns={tokens}
              rows={items}
              idOf={({ name }) => name}
              isShort
            />
          )}
        </Asked>
      </Panel>
      <p className="faint">
        Read <Time at={overview.data?.at ?? null} />.
      </p>
    </>
  )
}
