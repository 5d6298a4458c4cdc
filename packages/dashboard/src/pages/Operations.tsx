import type { Api, Documents } from "@roundlot/api"
import { useMemo } from "react"
import { Link } from "wouter"
import { useAsk } from "../api/asking.ts"
import { useOverview } from "../api/overview.ts"
import { endOtherSessions, endSession } from "../ui/action/sessions.ts"
import { reconcileNow, retryJob, testAlerts } from "../ui/action/jobs.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import * as columns from "../ui/table/columns.tsx"
import { jobName, jobProgress } from "../ui/table/jobColumns.tsx"
import { halt, resume } from "../ui/action/halting.ts"
import { scopeName } from "../ui/action/standing.ts"
import type { Column } from "../ui/table/Column.ts"
import { DataTable } from "../ui/table/DataTable.tsx"
import { Moment } from "../ui/parts/Figure.tsx"
import { Asked, Panel } from "../ui/parts/Panel.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { useNow } from "../ui/parts/settings.ts"
import { SignView, StateSign } from "../ui/parts/Sign.tsx"
import { Rows } from "../ui/table/TablePanel.tsx"
import { serviceHead } from "../words/events.ts"
import { pathOfAccount } from "../words/paths.ts"
import { signOfLink } from "../words/signs.ts"
import { Backups } from "./Backups.tsx"
import { Tokens } from "./Tokens.tsx"
import { Webhooks } from "./Webhooks.tsx"
import { texts } from "../words/text/operations.ts"

type Glance = Documents.OverviewDocument["accounts"][number]

/** The halts that hold an account whole: its own, and that of everything. */
const haltsOf = (name: string, controls: ReadonlyArray<Documents.ControlDocument>) =>
  controls.filter(
    ({ account, state, symbol }) => state === "halted" && symbol === null && (account === null || account === name)
  )

/** Each halt of an account has its own button: to resume the account changes nothing while everything is halted. */
const accountsUnder = (controls: ReadonlyArray<Documents.ControlDocument>): ReadonlyArray<Column<Glance>> => [
  columns.node("account", ({ name }) => (
    <strong>
      <Link href={pathOfAccount(name)}>{name}</Link>
    </strong>
  )),
  columns.node("broker", ({ broker }) => broker),
  columns.node("environment", ({ environment }) => (environment === "paper" ? texts.paper : texts.realMoney)),
  columns.node("tradingState", ({ tradingState }) => <StateSign family="trading" state={tradingState} />),
  columns.count("positions", ({ positions }) => positions),
  columns.count("openOrders", ({ openOrders }) => openOrders),
  columns.count("openBreaks", ({ openBreaks }) => openBreaks),
  columns.node("action", ({ name }) => {
    const halts = haltsOf(name, controls)
    if (halts.length === 0) return <ActionButton action={halt(name)} className="button small halt" />
    return halts.map(({ account }) => (
      <ActionButton key={account ?? ""} action={resume(account ?? undefined)} className="button small" />
    ))
  })
]

const controls: ReadonlyArray<Column<Documents.ControlDocument>> = [
  columns.node("control", ({ account, symbol }) => scopeName(account ?? undefined, symbol ?? undefined)),
  columns.node("tradingState", ({ state }) => <StateSign family="trading" state={state} />),
  columns.foreign("reason", ({ reason }) => reason),
  columns.foreign("actor", ({ actor }) => actor),
  columns.time("updated", ({ changedAt }) => changedAt),
  columns.node("action", ({ account, state, symbol }) =>
    state === "normal" ? null : (
      <ActionButton
        action={resume(account ?? undefined, symbol ?? undefined, state !== "halted")}
        className="button small"
      />
    )
  )
]

type Part = Api.HealthDocument["parts"][number]

const parts: ReadonlyArray<Column<Part>> = [
  columns.node("part", ({ part }) => serviceHead(part)),
  columns.node("status", ({ ok }) => <StateSign family="part" state={ok ? "ok" : "failing"} />),
  columns.time("lastSuccess", ({ lastSuccessAt }) => lastSuccessAt),
  columns.count("failures", ({ failures }) => failures),
  columns.said("detail", ({ detail }) => detail)
]

const sessions: ReadonlyArray<Column<Documents.SessionDocument>> = [
  columns.foreign("sessionToken", ({ person, token }) => (person === null ? token : `${person} (${token})`)),
  columns.foreign("host", ({ host }) => host),
  columns.time("signedIn", ({ openedAt }) => openedAt),
  columns.time("signedOut", ({ expiresAt }) => expiresAt),
  columns.foreign("sessionId", ({ id }) => id),
  columns.node("action", (session) => <ActionButton action={endSession(session)} className="button small" />)
]

type Connection = Documents.ConnectionDocument

/** What the link of a connection is called that stands so. */
const linkOf = { up: "live", down: "down", unknown: "unknown" } as const

const logins = { valid: "live", ends_soon: "expiring", needs_login: "loggedOut" } as const

/** Whether the broker's login holds, and for how long where it ends soon; nothing where it does not end. */
const Login = ({ of: { session, sessionEndsAt } }: { readonly of: Connection }) => {
  const now = useNow()
  if (session === null) return null
  const left = session === "ends_soon" && sessionEndsAt !== null ? Date.parse(sessionEndsAt) - now : undefined
  return <SignView sign={signOfLink(logins[session], left)} />
}

const headroomText = ({ left, limit, name }: NonNullable<Connection["requests"]>["limits"][number]): string =>
  texts.headroom({ name, left, limit })

const connections: ReadonlyArray<Column<Connection>> = [
  columns.node("account", ({ name }) => <strong>{name}</strong>),
  columns.node("broker", ({ broker }) => broker),
  columns.node("connection", ({ state }) => <StateSign family="link" state={linkOf[state]} />),
  columns.node("login", (connection) => <Login of={connection} />),
  columns.time("loginEnds", ({ sessionEndsAt }) => sessionEndsAt),
  columns.node("stream", ({ stream }) => (stream === null ? null : <StateSign family="link" state={linkOf[stream]} />)),
  columns.count("lag", ({ pollerLagSeconds }) => (pollerLagSeconds === null ? null : Math.round(pollerLagSeconds))),
  columns.node("requests", ({ requests }) =>
    requests === null || requests.limits.length === 0 ? null : (
      <span className="figure" title={requests.limits.map(headroomText).join(", ")}>
        {requests.limits.map(({ left, limit }) => `${left}/${limit}`).join(" · ")}
      </span>
    )
  ),
  columns.count("answerTime", ({ requests }) => requests?.answerMs ?? null),
  columns.time("lastSuccess", ({ lastSuccessAt }) => lastSuccessAt),
  columns.said("detail", ({ problems }) => problems.join("; "))
]

/** One endpoint of the broker of an account. */
type Endpoint = Connection["endpoints"][number] & Pick<Connection, "name">

const endpoints: ReadonlyArray<Column<Endpoint>> = [
  columns.node("account", ({ name }) => <strong>{name}</strong>),
  columns.foreign("endpoint", ({ endpoint }) => endpoint),
  columns.count("median", ({ p50Ms }) => p50Ms),
  columns.count("percentile99", ({ p99Ms }) => p99Ms),
  columns.node("failedRequests", ({ errors, requests }) => <span className="figure">{`${errors}/${requests}`}</span>)
]

const endpointsOf = (all: ReadonlyArray<Connection>): ReadonlyArray<Endpoint> =>
  all.flatMap(({ endpoints: own, name }) => own.map((each) => ({ ...each, name })))

const jobs: ReadonlyArray<Column<typeof Documents.JobDocument.Type>> = [
  jobName,
  ...jobProgress,
  columns.node("action", (job) =>
    job.status === "dead" ? <ActionButton action={retryJob(job)} className="button small" /> : null
  )
]

const Accounts = ({ accounts, controls: set }: Pick<Documents.OverviewDocument, "accounts" | "controls">) => {
  const columns = useMemo(() => accountsUnder(set), [set])
  return <DataTable label={texts.accounts} columns={columns} rows={accounts} idOf={({ name }) => name} isShort />
}

const ActiveControls = ({ of }: { readonly of: Documents.OverviewDocument["controls"] }) => (
  <Rows
    label={texts.tradingStates}
    empty={texts.noControls}
    columns={controls}
    rows={of.filter(({ state }) => state !== "normal")}
    idOf={({ account, symbol }) => `${account} ${symbol}`}
    isShort
  />
)

const Connections = ({ of }: { readonly of: ReadonlyArray<Connection> }) => (
  <Rows
    label={texts.connections}
    empty={texts.noAccountsYet}
    columns={connections}
    rows={of}
    idOf={({ name }) => name}
    isShort
  />
)

const Endpoints = ({ of }: { readonly of: ReadonlyArray<Connection> }) => (
  <Rows
    label={texts.endpoints}
    empty={of.every(({ broker }) => broker === "paper") ? texts.paperUncounted : texts.noRequestsYet}
    columns={endpoints}
    rows={endpointsOf(of)}
    idOf={({ endpoint, name }) => `${name} ${endpoint}`}
    isShort
  />
)

/** The connections to brokers, and what each of their endpoints answers. */
const Linked = () => {
  const linked = useAsk(["connections"], (api) => api.overview.connections())
  const compare = (
    <>
      <Link href="/ops/reconcile">{texts.booksVsBroker}</Link>{" "}
      <ActionButton action={reconcileNow} className="button small" />
    </>
  )
  return (
    <>
      <Panel title={texts.connections} note={texts.toBrokers} action={compare}>
        <Asked query={linked}>{({ items }) => <Connections of={items} />}</Asked>
      </Panel>
      <Panel title={texts.endpoints} note={texts.lastQuarter}>
        <Asked query={linked}>{({ items }) => <Endpoints of={items} />}</Asked>
      </Panel>
    </>
  )
}

/** How jobs go stands in no journal: the stream says nothing of it. */
const JOBS_EVERY_MS = 2_000

const NewestJobs = () => {
  const work = useAsk(
    ["jobs"],
    (api) => api.jobs.list({ urlParams: { order: "newest", limit: 50 } }),
    true,
    JOBS_EVERY_MS
  )
  const more = (
    <>
      <Link href="/ops/jobs">{texts.allJobs}</Link> · <Link href="/audit">{texts.audit}</Link>{" "}
      <ActionButton action={testAlerts} className="button small" />
    </>
  )
  return (
    <Panel title={texts.jobs} note={texts.newest} action={more}>
      <Asked query={work}>
        {({ items }) => (
          <Rows label={texts.jobs} empty={texts.noJobs} columns={jobs} rows={items} idOf={({ id }) => id} isShort />
        )}
      </Asked>
    </Panel>
  )
}

const Services = () => {
  const health = useAsk(["health"], (api) => api.health())
  return (
    <Panel title={texts.services}>
      <Asked query={health}>
        {({ parts: rows }) => (
          <DataTable label={texts.services} columns={parts} rows={rows} idOf={({ part }) => part} isShort />
        )}
      </Asked>
    </Panel>
  )
}

const SignedIn = () => {
  const signedIn = useAsk(["sessions"], (api) => api.tokens.sessions())
  return (
    <Panel
      title={texts.signedInBrowsers}
      note={texts.eachUntilItExpires}
      action={<ActionButton action={endOtherSessions} className="button small" />}
    >
      <Asked query={signedIn}>
        {({ items }) => (
          <Rows
            label={texts.signedInBrowsers}
            empty={texts.noSignedInBrowsers}
            columns={sessions}
            rows={items}
            idOf={({ id }) => id}
            isShort
          />
        )}
      </Asked>
    </Panel>
  )
}

/** Accounts, connections, trading states, jobs, parts of the program and tokens. */
export const Operations = () => {
  const overview = useOverview()
  return (
    <>
      <PageHead>{texts.operations}</PageHead>
      <Panel title={texts.accounts}>
        <Asked query={overview}>{(read) => <Accounts accounts={read.accounts} controls={read.controls} />}</Asked>
      </Panel>
      <Panel title={texts.activeControls}>
        <Asked query={overview}>{(read) => <ActiveControls of={read.controls} />}</Asked>
      </Panel>
      <Linked />
      <NewestJobs />
      <Webhooks />
      <Backups />
      <Services />
      <Tokens />
      <SignedIn />
      <p className="faint">{texts.read({ at: <Moment at={overview.data?.at ?? null} /> })}</p>
    </>
  )
}
