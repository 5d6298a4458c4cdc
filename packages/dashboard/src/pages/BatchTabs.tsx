import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import { useAsk, useList } from "../api/asking.ts"
import type { Api } from "../api/client.ts"
import type { PageAsked } from "../api/parts.ts"
import { grouped } from "../format/figure.ts"
import * as columns from "../ui/table/columns.tsx"
import { momentOf, useAsOf } from "../ui/parts/asOf.ts"
import type { Column } from "../ui/table/Column.ts"
import { useFilters } from "../ui/parts/filters.ts"
import { Figure, Foreign } from "../ui/parts/Figure.tsx"
import { Asked } from "../ui/parts/Panel.tsx"
import { SignView } from "../ui/parts/Sign.tsx"
import { Timeline } from "../ui/record/Story.tsx"
import { ReadRows, Rows } from "../ui/table/TablePanel.tsx"
import { glossary } from "../words/glossary.ts"
import { rowsIn, signOfRow } from "../words/rows.ts"
import { texts } from "../words/text/batches.ts"

type Batch = Documents.BatchDetail

/** Parts of the page below how far the batch is; each has an address. */
const tabs = [
  ["rows", texts.rows],
  ["errors", texts.errorsByReason],
  ["orders", texts.orders],
  ["results", texts.results],
  ["story", texts.history]
] as const

/** Which part of the page is shown. */
export type Tab = (typeof tabs)[number][0]

/** The part that an address names; the first where it names none. */
export const tabOf = (text: string | undefined): Tab => tabs.find(([tab]) => tab === text)?.[0] ?? "rows"

const counted = (tab: Tab, batch: Batch): string | null => {
  if (tab === "rows") return grouped(String(batch.totalTrades))
  return tab === "errors" && batch.failedTrades > 0 ? grouped(String(batch.failedTrades)) : null
}

/** The ways to the parts of the page. */
export const Tabs = ({ batch, shown }: { readonly batch: Batch; readonly shown: Tab }) => (
  <nav className="tabs" aria-label={texts.batch}>
    {tabs.map(([tab, name]) => (
      <Link
        key={tab}
        href={tab === "rows" ? `/batches/${batch.id}` : `/batches/${batch.id}/${tab}`}
        aria-current={tab === shown ? "page" : undefined}
      >
        {name} <span>{counted(tab, batch)}</span>
      </Link>
    ))}
  </nav>
)

type Row = Documents.BatchRowDocument

const rows: ReadonlyArray<Column<Row>> = [
  columns.node("line", ({ line, trade }) => {
    const shown = <Figure of={String(line)} />
    return trade === null ? shown : <Link href={`/trades/${trade}`}>{shown}</Link>
  }),
  columns.side,
  columns.quantity,
  columns.foreign("symbol", ({ symbol }) => symbol),
  columns.figure("limitPrice", (row) => row.limit_price ?? ""),
  columns.node("status", (row) => <SignView sign={signOfRow(row)} />),
  columns.figure("filled", (row) => row.filled_quantity ?? ""),
  columns.average((row) => row.average_price),
  columns.node("orders", (row) => row.orders.map((id) => <Link key={id} href={`/orders/${id}`}>{`${id} `}</Link>)),
  columns.foreign("reason", ({ reason }) => reason)
]

const idOfRow = ({ line, reason, trade }: Row): string => trade ?? `${line} ${reason}`

const hrefOfRow = ({ trade }: Row): string | undefined => (trade === null ? undefined : `/trades/${trade}`)

/** The rows of a batch, read on as they are scrolled; those of a count of its progress where the address names one. */
const useRows = (id: string, status: string) => {
  const past = momentOf(useAsOf())
  return useList({
    key: ["batch rows", id, status, past],
    idOf: idOfRow,
    use: (api: Api, page: PageAsked) =>
      api.batches.rows({ path: { id }, urlParams: { ...page, ...past, ...(status === "" ? {} : { status }) } })
  })
}

interface Group {
  readonly status: string
  readonly name: string
  readonly count: number
}

/** Which rows may be asked for. Those that few batches have are offered where there are any. */
const groupsOf = ({ progress, rejectedRows }: Batch, chosen: string): ReadonlyArray<Group> => {
  const { cancelled, done, failed, total, waiting, working } = progress
  const rare: ReadonlyArray<Group> = [
    { status: "cancelled", name: glossary.cancelledRows.head, count: cancelled },
    { status: "rejected", name: texts.invalid, count: rejectedRows }
  ]
  return [
    { status: "", name: texts.all, count: total },
    { status: "working", name: glossary.workingRows.head, count: working },
    { status: "waiting", name: glossary.waitingRows.head, count: waiting },
    { status: "failed", name: glossary.failedRows.head, count: failed },
    { status: "done", name: glossary.done.head, count: done },
    ...rare.filter(({ count, status }) => count > 0 || status === chosen)
  ]
}

const BatchRows = ({ batch }: { readonly batch: Batch }) => {
  const { get, set } = useFilters()
  const status = get("status")
  const list = useRows(batch.id, status)
  const groups = groupsOf(batch, status)
  const group = groups.find((each) => each.status === status)?.name ?? status
  return (
    <>
      <div className="filters" role="group" aria-label={texts.whichRows}>
        {groups.map(({ count, name, status: value }) => (
          <button
            key={value}
            type="button"
            className="button small"
            aria-pressed={status === value}
            onClick={() => set("status", value)}
          >
            {texts.group({ group: name, count: grouped(String(count)) })}
          </button>
        ))}
      </div>
      <ReadRows
        key={`${batch.id} ${status}`}
        list={list}
        label={texts.rows}
        empty={status === "" ? texts.noRowsAccepted : texts.noneOfGroup({ group: group.toLowerCase() })}
        columns={rows}
        idOf={idOfRow}
        hrefOf={hrefOfRow}
      />
    </>
  )
}

const byReason: ReadonlyArray<Column<Documents.BatchFailureDocument>> = [
  columns.foreign("reason", ({ reason }) => reason),
  columns.count("rows", ({ count }) => count),
  columns.count("firstRow", ({ first }) => first.line),
  columns.foreign("example", ({ first }) => first.value)
]

const faults: ReadonlyArray<Column<Documents.BatchErrorDocument>> = [
  ...columns.rowFault,
  columns.linked("trade", "/trades", ({ tradeId }) => tradeId)
]

/** Errors row by row, read on as it is scrolled. */
const RowByRow = ({ id }: { readonly id: string }) => {
  const past = momentOf(useAsOf())
  const list = useList({
    key: ["batch errors", id, past],
    idOf: faultId,
    use: (api: Api, page: PageAsked) => api.batches.errors({ path: { id }, urlParams: { ...page, ...past } })
  })
  return <ReadRows key={id} list={list} label={texts.errors} empty={texts.noErrors} columns={faults} idOf={faultId} />
}

const faultId = ({ column, line, tradeId }: Documents.BatchErrorDocument): string => `${line} ${column} ${tradeId}`

const Errors = ({ batch, results }: Shown) => (
  <>
    <Asked query={results}>
      {({ failures }) => (
        <Rows
          label={texts.errorsByReason}
          empty={texts.noFailedRows}
          columns={byReason}
          rows={failures}
          idOf={({ reason }) => reason}
          isShort
        />
      )}
    </Asked>
    {batch.failedTrades === 0 ? null : <RowByRow id={batch.id} />}
  </>
)

/** An order, and how many of the rows that were read it took of. */
interface OrderOfRows {
  readonly id: string
  readonly symbol: string
  readonly side: string | null
  readonly rows: number
}

const ordersOf = (found: ReadonlyArray<Row>): ReadonlyArray<OrderOfRows> => {
  const orders = new Map<string, OrderOfRows>()
  for (const { orders: ids, side, symbol } of found) {
    for (const id of ids) orders.set(id, { id, symbol: symbol ?? "", side, rows: (orders.get(id)?.rows ?? 0) + 1 })
  }
  return [...orders.values()]
}

const idOf = ({ id }: OrderOfRows): string => id

const orders: ReadonlyArray<Column<OrderOfRows>> = [
  columns.id("/orders"),
  columns.side,
  columns.symbol,
  columns.count("rows", (order) => order.rows)
]

const Orders = ({ batch }: { readonly batch: Batch }) => {
  const { hasMore, query, readOn, rows: found } = useRows(batch.id, "")
  return (
    <Asked query={query}>
      {() => (
        <>
          <Rows
            label={texts.orders}
            empty={texts.noOrdersYet}
            columns={orders}
            rows={ordersOf(found)}
            idOf={idOf}
            hrefOf={({ id }) => `/orders/${id}`}
          />
          {hasMore ? (
            <p className="more">
              {texts.ofFirstRows({ rows: rowsIn(found.length) })}{" "}
              <button type="button" className="button small" onClick={readOn}>
                {texts.readMoreRows}
              </button>
            </p>
          ) : null}
        </>
      )}
    </Asked>
  )
}

const symbols: ReadonlyArray<Column<Documents.BatchSymbolDocument>> = [
  columns.symbol,
  columns.side,
  columns.count("rows", ({ trades }) => trades),
  columns.count("done", ({ done }) => done),
  columns.quantity,
  columns.figure("filled", ({ filledQuantity }) => filledQuantity),
  columns.average(({ averagePrice }) => averagePrice),
  columns.figure("notional", ({ filledNotional }) => filledNotional),
  columns.figure("commission", ({ commission }) => commission)
]

const Results = ({ results }: Pick<Shown, "results">) => (
  <Asked query={results}>
    {({ symbols: found }) => (
      <Rows
        label={texts.resultsBySymbol}
        empty={texts.noRowsAccepted}
        columns={symbols}
        rows={found}
        idOf={({ side, symbol }) => `${symbol} ${side}`}
      />
    )}
  </Asked>
)

/** What a batch came to, read where it is shown. */
export const useResults = (id: string, isWanted: boolean) => {
  const past = momentOf(useAsOf())
  return useAsk(["batch results", id, past], (api) => api.batches.results({ path: { id }, urlParams: past }), isWanted)
}

interface Shown {
  readonly batch: Batch
  readonly results: ReturnType<typeof useResults>
}

/** What the address asks for. */
export const TabShown = ({ batch, results, tab }: Shown & { readonly tab: Tab }) => {
  if (tab === "errors") return <Errors batch={batch} results={results} />
  if (tab === "orders") return <Orders batch={batch} />
  if (tab === "results") return <Results results={results} />
  if (tab === "story") return <Timeline account={batch.account} history={batch.history} />
  return <BatchRows batch={batch} />
}

const MOST_REASONS = 4

/** Failed rows, the most frequent reasons first, each with its first row. */
export const WhyFailed = ({ of }: { readonly of: Documents.BatchResultsDocument }) => (
  <ul className="why">
    {of.failures.slice(0, MOST_REASONS).map(({ count, first, reason }) => (
      <li key={reason}>
        <p>
          <Foreign text={reason} />
          <span className="faint">
            {texts.rowWithValue({ line: grouped(String(first.line)), value: <Foreign text={first.value} /> })}
          </span>
        </p>
        <span className="figure tone-danger">{grouped(String(count))}</span>
        <span className="share" aria-hidden="true">
          <span style={{ width: `${(100 * count) / (of.failures[0]?.count ?? count)}%` }} />
        </span>
      </li>
    ))}
  </ul>
)

const briefly: ReadonlyArray<Column<Documents.BatchSymbolDocument>> = [
  columns.symbol,
  columns.side,
  columns.figure("filled", ({ filledQuantity }) => filledQuantity),
  columns.figure("notional", ({ filledNotional }) => filledNotional)
]

/** How many symbols are shown beside the rows. */
export const MOST_SYMBOLS = 4

/** What the first symbols came to. */
export const BySymbol = ({ of }: { readonly of: Documents.BatchResultsDocument }) => (
  <Rows
    label={texts.bySymbol}
    empty={texts.noRowsAccepted}
    columns={briefly}
    rows={of.symbols.slice(0, MOST_SYMBOLS)}
    idOf={({ side, symbol }) => `${symbol} ${side}`}
    isShort
  />
)
