import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import * as columns from "../ui/columns.tsx"
import { type Listing, ListPage, recordsIn, statesOf } from "../ui/ListPage.tsx"
import { RowsBar } from "../ui/RowsBar.tsx"
import { rowsDone } from "../words/rows.ts"

const batches: Listing<Documents.BatchDocument> = {
  ...recordsIn("batches"),
  moment: "asOf",
  filters: [
    { name: "account", term: "account" },
    statesOf("batch"),
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
    columns.id("/batches"),
    columns.created,
    columns.foreign("name", ({ name }) => name),
    columns.status("batch"),
    columns.node("progress", (batch) => <RowsBar counts={batch} />),
    columns.count("rows", ({ totalTrades }) => totalTrades),
    columns.count("done", rowsDone),
    columns.count("failedRows", ({ failedTrades }) => failedTrades),
    columns.node("mode", ({ mode }) => mode),
    columns.account
  ]
}

/** Every batch that was submitted. */
export const Batches = () => <ListPage listing={batches} />
