import type { Documents } from "@roundlot/api"
import { useEffect } from "react"
import { Link } from "wouter"
import { queries, useAsk } from "../api/asking.ts"
import { shownSpan } from "../format/time.ts"
import { reconcileNow } from "../ui/action/jobs.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import { type Listing, wordsOf } from "../ui/list/Listing.ts"
import { ListPage } from "../ui/list/ListPage.tsx"
import { useFilters } from "../ui/parts/filters.ts"
import { Asked, Panel } from "../ui/parts/Panel.tsx"
import { StateSign } from "../ui/parts/Sign.tsx"
import type { Column } from "../ui/table/Column.ts"
import * as columns from "../ui/table/columns.tsx"
import { Rows } from "../ui/table/TablePanel.tsx"
import { pathOfPosition } from "../words/paths.ts"
import { texts } from "../words/text/operations.ts"

const NAME = "reconciliation"

/** A reconciliation that finds nothing new stands in no journal: the stream says nothing of it. */
const RUNS_EVERY_MS = 2_000
const NEWEST = 50

const useRuns = (account: string) =>
  useAsk(
    ["reconciliations", account],
    (api) => {
      const asked = account === "" ? {} : { account }
      return api.reconciliation.runs({ urlParams: { ...asked, order: "newest", limit: NEWEST } })
    },
    true,
    RUNS_EVERY_MS
  )

/** Where no symbol was compared: nothing was reconciled yet, or nothing was held. */
const NothingCompared = () => {
  const { data } = useRuns(useFilters().get("account"))
  return data === undefined || data.items.length === 0 ? texts.symbolsOnceReconciled : texts.noSymbolHeld
}

const holdings: Listing<Documents.ComparisonDocument> = {
  name: NAME,
  title: texts.booksVsBroker,
  filters: [
    { name: "account", term: "account" },
    { name: "symbol", term: "symbol" },
    { name: "outcome", term: "comparison", options: wordsOf("comparison") }
  ],
  chips: [
    { name: texts.differences, asks: { outcome: "differs" } },
    { name: texts.notCompared, asks: { outcome: "skipped" } }
  ],
  idOf: ({ account, symbol }) => `${account} ${symbol}`,
  read: (api, asked, page) => api.reconciliation.list({ urlParams: { ...asked, ...page } }),
  empty: <NothingCompared />,
  actions: <ActionButton action={reconcileNow} className="button primary" />,
  card: { headline: ["symbol", "comparison"], details: ["account", "ours", "theirs", "openBreak"] },
  columns: [
    columns.node("symbol", (row) => <Link href={pathOfPosition(row)}>{row.symbol}</Link>),
    columns.account,
    columns.node("comparison", ({ outcome }) => <StateSign family="comparison" state={outcome} />),
    columns.figure("ours", ({ ours }) => ours),
    columns.figure("theirs", ({ theirs }) => theirs),
    columns.signed("difference", ({ difference, outcome }) => (outcome === "differs" ? difference : null)),
    columns.linked("openBreak", "/attention", ({ breakId }) => breakId),
    columns.time("comparedAt", ({ comparedAt }) => comparedAt),
    columns.time("unchangedSince", ({ since }) => since),
    columns.said("reason", ({ reason }) => reason)
  ]
}

type Run = Documents.ReconciliationRunDocument

const runs: ReadonlyArray<Column<Run>> = [
  columns.time("runStarted", ({ startedAt }) => startedAt),
  columns.account,
  columns.node("runOutcome", ({ outcome }) => <StateSign family="reconciliation" state={outcome} />),
  columns.node("took", ({ endedAt, startedAt }) => (
    <span className="figure">{shownSpan(Date.parse(endedAt) - Date.parse(startedAt))}</span>
  )),
  columns.count("agreeing", ({ agreed }) => agreed),
  columns.count("differing", ({ differing }) => differing),
  columns.count("skipped", ({ skipped }) => skipped),
  columns.count("breaksOpened", ({ opened }) => opened),
  columns.count("breaksClosed", ({ closed }) => closed),
  columns.said("reason", ({ reason }) => reason)
]

/** Has the symbols read again when another reconciliation has ended. */
const useNewest = (newest: string | undefined): void =>
  useEffect(() => {
    if (newest !== undefined) void queries.invalidateQueries({ queryKey: ["list", NAME] })
  }, [newest])

const Runs = () => {
  const query = useRuns(useFilters().get("account"))
  useNewest(query.data?.items[0]?.startedAt)
  return (
    <Panel title={texts.reconciliations} note={texts.newest}>
      <Asked query={query}>
        {({ items }) => (
          <Rows
            label={texts.reconciliations}
            empty={texts.nothingReconciledYet}
            columns={runs}
            rows={items}
            idOf={(run) => `${run.account} ${run.startedAt}`}
            isShort
          />
        )}
      </Asked>
    </Panel>
  )
}

/** What accounts hold, books against broker, differences first; and the reconciliations that there were. */
export const ReconciliationPage = () => (
  <>
    <ListPage listing={holdings} />
    <Runs />
  </>
)
