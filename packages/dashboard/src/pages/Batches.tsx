import type { Documents } from "@roundlot/api"
import { Link, useLocation } from "wouter"
import { shownSpan } from "../format/time.ts"
import * as columns from "../ui/table/columns.tsx"
import { filtersOfMaking, type Listing, mineToday, recordsIn, sortsBy, statesOf } from "../ui/list/Listing.ts"
import { ListPage } from "../ui/list/ListPage.tsx"
import { ForRole } from "../ui/action/Role.tsx"
import { blank, CHECK, keep, withFile } from "../ui/form/batchWish.ts"
import { FileButton } from "../ui/form/FileButton.tsx"
import { Time } from "../ui/parts/Figure.tsx"
import { BatchNotionalCell } from "../ui/record/BatchNotional.tsx"
import { RowsBar } from "../ui/chart/Bars.tsx"
import { rowsDone } from "../words/rows.ts"
import { texts } from "../words/text/batches.ts"

/** Submits a file from the list: it is checked at once. */
const SubmitFile = () => {
  const [, go] = useLocation()
  return (
    <FileButton
      label={texts.submitFromFile}
      onGive={(csv, fileName) => {
        keep({ wish: withFile(blank, csv, fileName), key: crypto.randomUUID() })
        go(`/batches/new?step=${CHECK}`)
      }}
    />
  )
}

/** How long a batch took; of one that runs, since when. */
const RunTime = ({ batch: { finishedAt, startedAt } }: { readonly batch: Documents.BatchDocument }) => {
  if (startedAt === null) return null
  if (finishedAt === null) return texts.since({ time: <Time at={startedAt} /> })
  return <span className="figure">{shownSpan(Date.parse(finishedAt) - Date.parse(startedAt))}</span>
}

const batches: Listing<Documents.ListedBatchDocument> = {
  ...recordsIn("batches"),
  sorts: sortsBy("created", true),
  moment: "asOf",
  filters: [
    { name: "account", term: "account" },
    statesOf("batch"),
    {
      name: "mode",
      term: "mode",
      options: [
        ["execute", texts.execute],
        ["accumulate", texts.accumulate]
      ]
    },
    { name: "q", term: "name" },
    ...filtersOfMaking
  ],
  chips: [
    { name: texts.running, asks: { status: "running" } },
    { name: texts.failed, asks: { status: "failed" } },
    { name: texts.today, asks: {}, isToday: true },
    mineToday
  ],
  read: (api, asked, page) => api.batches.list({ urlParams: { ...asked, ...page } }),
  empty: texts.noBatches({ submitFile: <Link href="/batches/new">{texts.submitFile}</Link> }),
  actions: (
    <ForRole role="trade">
      <SubmitFile />
      <Link href="/batches/new" className="button primary">
        {texts.newBatch}
      </Link>
    </ForRole>
  ),
  card: { headline: ["name", "status"], details: ["id", "created", "progress"] },
  columns: [
    columns.id("/batches"),
    columns.created,
    columns.foreign("name", ({ name }) => name),
    columns.batchStatus,
    columns.node("progress", (batch) => <RowsBar counts={batch} working={batch.progress.working} />),
    columns.count("rows", ({ totalTrades }) => totalTrades),
    columns.count("done", rowsDone),
    columns.count("failedRows", ({ failedTrades }) => failedTrades),
    columns.node("notional", (batch) => <BatchNotionalCell batch={batch} />),
    columns.node("runTime", (batch) => <RunTime batch={batch} />),
    columns.foreign("submittedBy", ({ submittedBy }) => submittedBy),
    columns.node("mode", ({ mode }) => mode),
    columns.account
  ]
}

/** Every batch that was submitted. */
export const Batches = () => <ListPage listing={batches} />
