import type { Documents } from "@roundlot/api"
import { breakKinds } from "@roundlot/api/client"
import { Link } from "wouter"
import { useCases } from "../api/overview.ts"
import * as columns from "../ui/table/columns.tsx"
import { type Listing, statesOf, wordsOf } from "../ui/list/Listing.ts"
import { ListPage } from "../ui/list/ListPage.tsx"
import { Panel } from "../ui/parts/Panel.tsx"
import { momentOf, ofAllAccounts, useAsOf } from "../ui/parts/asOf.ts"
import { Age, Figure, Foreign, Said } from "../ui/parts/Figure.tsx"
import { SameCause } from "../ui/record/SameCause.tsx"
import { SignView, StateSign } from "../ui/parts/Sign.tsx"
import { decidingWords } from "../words/deciding.ts"
import { eventWords, subjectWords } from "../words/events.ts"
import { pathOfPosition } from "../words/paths.ts"
import { signOfCase } from "../words/signs.ts"
import { usualCases } from "../words/usual.ts"
import { texts } from "../words/text/attention.ts"

/** In a line: dollars, what is owed and not ordered, and what speaks for one side of a doubt. */
const Stakes = ({ of: { blocks, deciding, dollars, inDoubt } }: { readonly of: Documents.AtRisk }) => (
  <>
    {dollars === null || dollars === "0" ? null : <Figure of={dollars} money />}
    {blocks.map(({ shares, symbol }) => (
      <span key={symbol}> {texts.owed({ shares: <Figure of={shares} />, symbol })}</span>
    ))}
    {inDoubt === null ? null : <span> {texts.unconfirmed({ shares: <Figure of={inDoubt.shares} /> })}</span>}
    {deciding.map((each) => (
      <span key={`${each.fact} ${each.attemptId}`}> {decidingWords(each)}</span>
    ))}
  </>
)

const breaks: Listing<Documents.BreakDocument> = {
  name: "breaks",
  title: texts.attention,
  moment: "asOf",
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
    { name: "subject", term: "subject" },
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
  empty: texts.noOpenBreaks,
  card: { headline: ["kind", "severity"], details: ["symbol", "opened", "account"] },
  columns: [
    columns.node("severity", (found) => <StateSign family="break" state={found.standing} />),
    columns.node("kind", ({ id, kind }) => <Link href={`/attention/${id}`}>{eventWords(kind)}</Link>),
    columns.account,
    columns.node("symbol", ({ account, symbol }) =>
      symbol === null ? null : <Link href={pathOfPosition({ account, symbol })}>{symbol}</Link>
    ),
    columns.foreign("subject", ({ subject }) => subjectWords(subject)),
    columns.node("holds", ({ holds }) => holds),
    columns.node("atRisk", ({ atRisk }) => <Stakes of={atRisk} />),
    columns.foreign("owner", ({ owner }) => owner),
    columns.said("evidence", ({ evidence }) => evidence),
    columns.time("opened", ({ openedAt }) => openedAt),
    columns.foreign("closed", ({ closedWhy }) => closedWhy)
  ]
}

type Case = Documents.CaseDocument

/** So many lines stand above the list; the lists of trades and jobs have all. */
const MOST_APART = 20

const Line = ({ of }: { readonly of: Case }) => (
  <li>
    <StateSign family="break" state={of.severity} /> <SignView sign={signOfCase(of.kind)} />
    <span className="what">
      <Link href={`/attention/${encodeURIComponent(of.id)}`}>{of.id}</Link> <Said text={of.what} />
      <SameCause ids={of.breaks} />
    </span>
    <span className="faint">
      {of.owner === null ? null : (
        <>
          <Foreign text={of.owner} />{" "}
        </>
      )}
      <Age at={of.since} />
    </span>
  </li>
)

/** How many held trades there are beyond the lines. */
const Held = ({ count }: { readonly count: number }) => (
  <li>
    <StateSign family="trade" state="quarantined" />
    <span className="what">
      <Link href={ofAllAccounts("/trades?status=quarantined")}>{texts.moreHeldTrades({ count })}</Link>
    </span>
  </li>
)

/** What waits for a person, a line a case, the gravest first. */
const Waiting = () => {
  const asOf = useAsOf()
  const { data } = useCases(momentOf(asOf))
  const all = data?.items ?? []
  if (all.length === 0 && asOf === "") return null
  const held = all.slice(MOST_APART).filter(({ kind }) => kind === "quarantine").length
  return (
    <Panel title={texts.needsAttention}>
      {all.length === 0 ? null : (
        <ul className="rows waiting">
          {all.slice(0, MOST_APART).map((each) => (
            <Line key={each.id} of={each} />
          ))}
          {held === 0 ? null : <Held count={held} />}
        </ul>
      )}
      {asOf === "" ? null : <p className="calm">{texts.jobsOnlyNow}</p>}
    </Panel>
  )
}

/** What waits for a person, and every break: those that are open, or by choice those that are closed. */
export const Attention = () => <ListPage listing={{ ...breaks, above: <Waiting /> }} />
