import type { Api, Documents } from "@roundlot/api"
import { useAsk } from "../api/asking.ts"
import { useOverview } from "../api/overview.ts"
import { halt, resume, scopeName } from "../ui/actions.ts"
import { ActionButton } from "../ui/ActionButton.tsx"
import { DataTable, type Column } from "../ui/DataTable.tsx"
import { Foreign, Time } from "../ui/Figure.tsx"
import { Asked, Empty, Panel } from "../ui/Panel.tsx"
import { PageHead } from "../ui/Shell.tsx"
import { StateSign } from "../ui/Sign.tsx"

type Glance = Documents.OverviewDocument["accounts"][number]

const accounts: ReadonlyArray<Column<Glance>> = [
  { term: "account", kind: "node", of: ({ name }) => <strong>{name}</strong> },
  { term: "broker", kind: "node", of: ({ broker }) => broker },
  { term: "environment", kind: "node", of: ({ environment }) => (environment === "live" ? "Real money" : "Paper") },
  { term: "tradingState", kind: "node", of: ({ tradingState }) => <StateSign family="trading" state={tradingState} /> },
  { term: "positions", kind: "figure", of: ({ positions }) => String(positions) },
  { term: "openOrders", kind: "figure", of: ({ openOrders }) => String(openOrders) },
  { term: "openBreaks", kind: "figure", of: ({ openBreaks }) => String(openBreaks) },
  {
    term: "control",
    kind: "node",
    of: ({ name, openOrders, tradingState }) =>
      tradingState === "halted" ? (
        <ActionButton action={resume([], name)} className="button small" />
      ) : (
        <ActionButton action={halt(openOrders, name)} className="button small halt" />
      )
  }
]

const controls: ReadonlyArray<Column<Documents.ControlDocument>> = [
  { term: "control", kind: "node", of: ({ account, symbol }) => scopeName(account ?? undefined, symbol ?? undefined) },
  { term: "tradingState", kind: "node", of: ({ state }) => <StateSign family="trading" state={state} /> },
  { term: "reason", kind: "node", of: ({ reason }) => <Foreign text={reason} /> },
  { term: "actor", kind: "node", of: ({ actor }) => <Foreign text={actor} /> },
  { term: "updated", kind: "time", of: ({ changedAt }) => changedAt },
  {
    term: "next",
    kind: "node",
    of: ({ account, state, symbol }) =>
      state === "halted" ? (
        <ActionButton action={resume([], account ?? undefined, symbol ?? undefined)} className="button small" />
      ) : null
  }
]

type Part = Api.HealthDocument["parts"][number]

const parts: ReadonlyArray<Column<Part>> = [
  { term: "part", kind: "node", of: ({ part }) => part },
  { term: "status", kind: "node", of: ({ ok }) => <StateSign family="part" state={ok ? "ok" : "failing"} /> },
  { term: "lastSuccess", kind: "time", of: ({ lastSuccessAt }) => lastSuccessAt },
  { term: "failures", kind: "figure", of: ({ failures }) => String(failures) },
  { term: "detail", kind: "node", of: ({ detail }) => <Foreign text={detail} /> }
]

const tokens: ReadonlyArray<Column<Documents.TokenDocument>> = [
  { term: "name", kind: "node", of: ({ name }) => <Foreign text={name} /> },
  { term: "role", kind: "node", of: ({ role }) => role },
  { term: "status", kind: "node", of: ({ status }) => <StateSign family="token" state={status} /> },
  { term: "created", kind: "time", of: ({ createdAt }) => createdAt },
  { term: "expires", kind: "time", of: ({ expiresAt }) => expiresAt }
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
          {({ controls: rows }) =>
            rows.length === 0 ? (
              <Empty>None was ever set: orders are sent. A halt is recorded here with who, when and why.</Empty>
            ) : (
              <DataTable
                label="Trading states"
                columns={controls}
                rows={rows}
                idOf={({ account, symbol }) => `${account} ${symbol}`}
                isShort
              />
            )
          }
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
          {({ items }) =>
            items.length === 0 ? (
              <Empty>
                None was ever made: everybody on this machine may do everything. Make one:{" "}
                <code>npx roundlot tokens create dana --role operate</code>
              </Empty>
            ) : (
              <DataTable label="Tokens" columns={tokens} rows={items} idOf={({ name }) => name} isShort />
            )
          }
        </Asked>
      </Panel>
      <p className="faint">
        Read <Time at={overview.data?.at ?? null} />.
      </p>
    </>
  )
}
