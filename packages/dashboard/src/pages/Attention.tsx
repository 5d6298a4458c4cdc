import type { Documents } from "@roundlot/api"
import { breakKinds } from "@roundlot/api/client"
import { Link } from "wouter"
import { useOverview } from "../api/overview.ts"
import * as columns from "../ui/columns.tsx"
import { type Listing, ListPage, sortsBy, statesOf, wordsOf } from "../ui/ListPage.tsx"
import { Asked, Panel } from "../ui/Panel.tsx"
import { ofAllAccounts } from "../ui/asOf.ts"
import { StateSign } from "../ui/Sign.tsx"
import { eventWords } from "../words/events.ts"
import { pathOfPosition } from "../words/paths.ts"

const breaks: Listing<Documents.BreakDocument> = {
  name: "breaks",
  title: "Attention",
  sorts: sortsBy("opened"),
  filters: [
    { name: "account", term: "account" },
    { name: "symbol", term: "symbol" },
    { name: "standing", term: "severity", options: wordsOf("break") },
    { name: "kind", term: "kind", options: breakKinds.map((kind) => [kind, eventWords(kind)] as const) },
    statesOf("breakStatus"),
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
  empty: "Nothing needs you, and nothing ever did: no difference was found yet.",
  columns: [
    columns.node("severity", (found) => <StateSign family="break" state={found.standing} />),
    columns.node("kind", ({ id, kind }) => <Link href={`/attention/${id}`}>{eventWords(kind)}</Link>),
    columns.account,
    columns.node("symbol", ({ account, symbol }) =>
      symbol === null ? null : <Link href={pathOfPosition({ account, symbol })}>{symbol}</Link>
    ),
    columns.foreign("subject", ({ subject }) => subject),
    columns.node("holds", ({ holds }) => holds),
    columns.foreign("evidence", ({ evidence }) => evidence),
    columns.time("opened", ({ openedAt }) => openedAt),
    columns.foreign("closed", ({ closedWhy }) => closedWhy)
  ]
}

const Others = () => {
  const query = useOverview()
  return (
    <Asked query={query}>
      {({ failing, inDoubt, quarantined }) =>
        failing.length + inDoubt.length + quarantined === 0 ? null : (
          <Panel title="Also waiting for you">
            <ul className="rows">
              {inDoubt.map((id) => (
                <li key={id}>
                  <StateSign family="order" state="in_doubt" />
                  <span className="what">
                    Order <Link href={`/orders/${id}`}>{id}</Link> was sent and no clear answer came. It counts as in
                    flight.
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
    </Asked>
  )
}

/** Every break, and what else waits for a person. */
export const Attention = () => (
  <>
    <ListPage listing={breaks} />
    <Others />
  </>
)
