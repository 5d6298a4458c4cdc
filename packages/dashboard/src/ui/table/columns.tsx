import type { Documents } from "@roundlot/api"
import type { ReactNode } from "react"
import type { Term } from "../../words/glossary.ts"
import { signOfBatch, signOfFill, signOfOrder, type Family } from "../../words/signs.ts"
import type { Column } from "./Column.ts"
import { FaultyCell } from "../parts/FaultyCell.tsx"
import { Foreign, GivenId, Said } from "../parts/Figure.tsx"
import { RecordLink } from "../record/Record.tsx"
import { Side, SignView, StateSign } from "../parts/Sign.tsx"
import { texts } from "../../words/text/tables.ts"

/** Where the records of a kind are: `/orders`. */
type Folder = `/${string}`

/** The record's own id, which leads to its screen. */
export const id = (folder: Folder): Column<{ readonly id: string }> => linked("id", folder, (row) => row.id)

/** Another record, which leads to its screen; blank where there is none. */
export const linked = <A,>(term: Term, folder: Folder, of: (row: A) => string | null): Column<A> =>
  node(term, (row) => {
    const other = of(row)
    return other === null ? null : <RecordLink id={other} to={`${folder}/${other}`} />
  })

/** Words of ours. */
export const node = <A,>(term: Term, of: (row: A) => ReactNode): Column<A> => ({ term, kind: "node", of })

/** Text of a file, a person or a broker. */
export const foreign = <A,>(term: Term, of: (row: A) => string | null): Column<A> =>
  node(term, (row) => <Foreign text={of(row)} />)

/** A sentence of the program, cut where it is long: the whole is its tooltip, and on the page of its record. */
export const said = <A,>(term: Term, of: (row: A) => string | null): Column<A> =>
  node(term, (row) => (
    <span title={of(row) ?? undefined}>
      <Said text={of(row)} />
    </span>
  ))

/** An id that others gave. */
export const foreignId = <A,>(term: Term, of: (row: A) => string | null): Column<A> =>
  node(term, (row) => <GivenId id={of(row)} isShort />)

/** An exact decimal. */
export const figure = <A,>(term: Term, of: (row: A) => string | null): Column<A> => ({ term, kind: "figure", of })

/** An exact decimal that says its sign. */
export const signed = <A,>(term: Term, of: (row: A) => string | null): Column<A> => ({
  term,
  kind: "figure",
  of,
  signed: true
})

/** What a division gave, with its sign. */
export const ratio = <A,>(term: Term, of: (row: A) => string | null): Column<A> => ({
  term,
  kind: "figure",
  of,
  signed: true,
  isAbout: true
})

/** A price that was rounded, as an average is; blank where there is none. */
export const average = <A,>(of: (row: A) => string | null): Column<A> => ({
  term: "averagePrice",
  kind: "figure",
  of: (row) => of(row) ?? "",
  isAbout: true
})

/** A whole number of ours; blank where there is none. */
export const count = <A,>(term: Term, of: (row: A) => number | null): Column<A> =>
  figure(term, (row) => of(row)?.toString() ?? "")

/** A moment. */
export const time = <A,>(term: Term, of: (row: A) => string | null): Column<A> => ({ term, kind: "time", of })

/** Where a record stands. */
export const status = (family: Family): Column<{ readonly status: string }> =>
  node("status", (row) => <StateSign family={family} state={row.status} />)

/** A figure of a fill: struck where a later revision took its place. */
export const figureOfFill = (
  term: Term,
  of: (fill: Documents.FillDocument) => string | null
): Column<Documents.FillDocument> => ({ term, kind: "figure", of, isStruck: ({ canonical }) => !canonical })

/** Whether a revision of a fill counts, and what is odd about one that does. */
export const counts: Column<Documents.FillDocument> = node("counts", (fill) => (
  <SignView sign={signOfFill(fill)} tail={fill.canonical && fill.revision > 1 ? `r${fill.revision}` : undefined} />
))

/** Where an order stands, how far it is filled, and what took its place. */
export const orderStatus: Column<Documents.OrderDocument> = node("status", (order) => (
  <>
    <SignView sign={signOfOrder(order)} />
    {order.replacedBy === null ? null : (
      <> {texts.replacedBy({ order: <RecordLink id={order.replacedBy} to={`/orders/${order.replacedBy}`} /> })}</>
    )}
  </>
))

/** Where a trade stands: held, contradicted and undone ones are told from others. */
export const tradeStatus: Column<Documents.TradeDocument> = node("status", ({ standing }) => (
  <StateSign family="trade" state={standing} />
))

/** Where a batch stands, and how far it is. */
export const batchStatus: Column<Documents.BatchDocument> = node("status", (batch) => (
  <SignView sign={signOfBatch(batch)} />
))

/** In which currencies fills cost something, where there is more than one. */
export const currency: Column<Documents.FillDocument> = {
  term: "currency",
  kind: "node",
  of: ({ commissionCurrency }) => commissionCurrency,
  isShown: (rows) => new Set(rows.flatMap(({ commissionCurrency }) => commissionCurrency ?? [])).size > 1
}

/** When the record was made. */
export const created: Column<{ readonly createdAt: string }> = time("created", ({ createdAt }) => createdAt)

/** Whose it is. */
export const account: Column<{ readonly account: string }> = node("account", (row) => row.account)

/** The ticker. */
export const symbol: Column<{ readonly symbol: string }> = node("symbol", (row) => (
  <strong>
    <Foreign text={row.symbol} />
  </strong>
))

/** Buy or sell; blank where it is not known. */
export const side: Column<{ readonly side: string | null }> = node("side", (row) =>
  row.side === null ? null : <Side side={row.side} />
)

/** Shares that were asked for; blank where it was dollars. */
export const quantity: Column<{ readonly quantity: string | null }> = figure("quantity", (row) => row.quantity ?? "")

/** What of an allocation was given back, and why. */
export const givenBack: Column<{ readonly releasedWhy: string | null }> = node("reason", ({ releasedWhy }) =>
  releasedWhy === null ? null : texts.released({ reason: <Foreign text={releasedWhy} /> })
)

/** Errors in a row of a file, and where it stands there. */
export const rowFault: ReadonlyArray<
  Column<Pick<Documents.BatchErrorDocument, "line" | "column" | "value" | "reason">>
> = [
  count("line", ({ line }) => line),
  foreign("column", ({ column }) => column),
  node("value", ({ reason, value }) => <FaultyCell value={value} error={reason} />)
]
