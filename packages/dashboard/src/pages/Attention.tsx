import type { Documents } from "@roundlot/api"
import { breakKinds } from "@roundlot/api/client"
import { Link } from "wouter"
import { useOverview } from "../api/overview.ts"
import * as columns from "../ui/columns.tsx"
import { type Listing, ListPage, statesOf, wordsOf } from "../ui/ListPage.tsx"
import { Panel } from "../ui/Panel.tsx"
import { ofAllAccounts } from "../ui/asOf.ts"
import { Figure } from "../ui/Figure.tsx"
import { StateSign } from "../ui/Sign.tsx"
import { decidingWords } from "../words/deciding.ts"
import { eventWords } from "../words/events.ts"
import { pathOfPosition } from "../words/paths.ts"
import { usualCases } from "../words/usual.ts"

/** In a line: dollars, what is owed and not ordered, and what speaks for one side of a doubt. */
const Stakes = ({ of: { blocks, deciding, dollars, inDoubt } }: { readonly of: Documents.AtRisk }) => (
  <>
    {dollars === null || dollars === "0" ? null : <Figure of={dollars} money />}
    {blocks.map(({ shares, symbol }) => (
      <span key={symbol}>
        {" "}
        <Figure of={shares} /> {symbol} owed
      </span>
    ))}
    {inDoubt === null ? null : (
      <span>
        {" "}
        <Figure of={inDoubt.shares} /> in doubt
      </span>
    )}
    {deciding.map((each) => (
      <span key={`${each.fact} ${each.attemptId}`}> {decidingWords(each)}</span>
    ))}
  </>
)

const breaks: Listing<Documents.BreakDocument> = {
  name: "breaks",
  title: "Attention",
  sorts: [
    { name: "", term: "severity", direction: "descending", asked: { sort: "severity" } },
    { name: "newest", term: "opened", direction: "descending", asked: { order: "newest" } },
    { name: "oldest", term: "opened", direction: "ascending", asked: { order: "oldest" } }
  ],
  filters: [
    { name: "account", term: "account" },
    { name: "symbol", term: "symbol" },
    { name: "standing", term: "severity", options: wordsOf("break") },
    { name: "kind", term: "kind", options: breakKinds.map((kind) => [kind, eventWords(kind)] as const) },
    { ...statesOf("breakStatus"), usual: usualCases },
    {
      name: "holds",
      term: "holds",
      options: [
        ["nothing", "nothing"],
        ["symbol", "symbol"],
        ["account", "account"]
      ]
    }
  ],
  idOf: ({ id }) => id,
  hrefOf: ({ id }) => `/attention/${id}`,
  read: (api, asked, page) => api.breaks.list({ urlParams: { ...asked, ...page } }),
  empty: "No difference and no contradiction is open. Those that were have the status Closed.",
  columns: [
    columns.node("severity", (found) => <StateSign family="break" state={found.standing} />),
    columns.node("kind", ({ id, kind }) => <Link href={`/attention/${id}`}>{eventWords(kind)}</Link>),
    columns.account,
    columns.node("symbol", ({ account, symbol }) =>
      symbol === null ? null : <Link href={pathOfPosition({ account, symbol })}>{symbol}</Link>
    ),
    columns.foreign("subject", ({ subject }) => subject),
    columns.node("holds", ({ holds }) => holds),
    columns.node("atRisk", ({ atRisk }) => <Stakes of={atRisk} />),
    columns.foreign("owner", ({ owner }) => owner),
    columns.foreign("evidence", ({ evidence }) => evidence),
    columns.time("opened", ({ openedAt }) => openedAt),
    columns.foreign("closed", ({ closedWhy }) => closedWhy)
  ]
}

/** What waits for a person and is no break. */
const Others = () => {
  const { data } = useOverview()
  if (data === undefined) return null
  const { failing, inDoubt, quarantined } = data
  if (failing.length + inDoubt.length + quarantined === 0) return null
  return (
    <Panel title="Waiting for you">
      <ul className="rows">
        {inDoubt.map((id) => (
          <li key={id}>
            <StateSign family="order" state="in_doubt" />
            <span className="what">
              Order <Link href={`/orders/${id}`}>{id}</Link> was sent and no clear answer came. It counts as in flight.
            </span>
          </li>
        ))}
        {quarantined === 0 ? null : (
          <li>
            <StateSign family="trade" state="quarantined" />
            <span className="what">
              <Link href={ofAllAccounts("/trades?status=quarantined")}>
                {quarantined} {quarantined === 1 ? "held trade" : "held trades"}
              </Link>
            </span>
          </li>
        )}
        {failing.map((part) => (
          <li key={part}>
            <StateSign family="part" state="failing" />
            <span className="what">
              <Link href="/ops">{part}</Link>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

/** What waits for a person, and every break: those that are open, or by choice those that are closed. */
export const Attention = () => <ListPage listing={{ ...breaks, above: <Others /> }} />
