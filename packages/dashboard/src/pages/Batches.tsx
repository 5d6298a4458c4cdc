import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import { RowsBar } from "../ui/RowsBar.tsx"
import { Foreign } from "../ui/Figure.tsx"
import { type Listing, ListPage } from "../ui/ListPage.tsx"
import { StateSign } from "../ui/Sign.tsx"
import { signs } from "../words/signs.ts"

const batches: Listing<Documents.BatchDocument> = {
  name: "batches",
  title: "Batches",
  filters: [
    { name: "account", term: "account" },
    {
      name: "status",
      term: "status",
      options: Object.entries(signs.batch).map(([state, { word }]) => [state, word] as const)
    },
    {
      name: "mode",
      term: "mode",
      options: [
        ["execute", "Execute"],
        ["accumulate", "Accumulate"]
      ]
    },
    { name: "q", term: "name" }
  ],
  idOf: ({ id }) => id,
  hrefOf: ({ id }) => `/batches/${id}`,
  read: (api, asked, page) => api.batches.list({ urlParams: { ...asked, ...page, order: "newest" } }),
  empty: (
    <>
      No batches yet. <Link href="/batches/new">Submit a file of trades</Link>: every row of it is accounted for.
    </>
  ),
  actions: (
    <Link href="/batches/new" className="button primary">
      New batch
    </Link>
  ),
  columns: [
    {
      term: "id",
      kind: "node",
      of: ({ id }) => (
        <Link href={`/batches/${id}`} className="mono">
          {id}
        </Link>
      )
    },
    { term: "created", kind: "time", of: ({ createdAt }) => createdAt },
    { term: "name", kind: "node", of: ({ name }) => <Foreign text={name} /> },
    { term: "status", kind: "node", of: ({ status }) => <StateSign family="batch" state={status} /> },
    { term: "progress", kind: "node", of: (batch) => <RowsBar counts={batch} /> },
    { term: "rows", kind: "figure", of: ({ totalTrades }) => String(totalTrades) },
    { term: "done", kind: "figure", of: ({ processedTrades }) => String(processedTrades) },
    { term: "failedRows", kind: "figure", of: ({ failedTrades }) => String(failedTrades) },
    { term: "mode", kind: "node", of: ({ mode }) => mode },
    { term: "account", kind: "node", of: ({ account }) => account }
  ]
}

/** Every batch that was submitted. */
export const Batches = () => <ListPage listing={batches} />
