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
import { Foreign } from "../ui/parts/Figure.tsx"
import { Asked } from "../ui/parts/Panel.tsx"
import { Timeline } from "../ui/record/Story.tsx"
import { ReadRows, Rows } from "../ui/table/TablePanel.tsx"
import { rowsIn } from "../words/rows.ts"
import { texts } from "../words/text/batches.ts"

type Batch = Documents.BatchDetail

/** Parts of the page below how far the batch is; each has an address. */
const tabs = [
  ["trades", texts.trades],
  ["errors", texts.errorsByReason],
  ["orders", texts.orders],
  ["results", texts.results],
  ["story", texts.history]
] as const

/** Which part of the page is shown. */
export type Tab = (typeof tabs)[number][0]

/** The part that an address names; the first where it names none. */
export const tabOf = (text: string | undefined): Tab => tabs.find(([tab]) => tab === text)?.[0] ?? "trades"

const counted = (tab: Tab, batch: Batch): string | null => {
  if (tab === "trades") return grouped(String(batch.totalTrades - batch.rejectedRows))
  return tab === "errors" && batch.failedTrades > 0 ? grouped(String(batch.failedTrades)) : null
}

/** The ways to the parts of the page. */
export const Tabs = ({ batch, shown }: { readonly batch: Batch; readonly shown: Tab }) => (
  <nav className="tabs" aria-label={texts.batch}>
    {tabs.map(([tab, name]) => (
      <Link
        key={tab}
        href={tab === "trades" ? `/batches/${batch.id}` : `/batches/${batch.id}/${tab}`}
        aria-current={tab === shown ? "page" : undefined}
      >
        {name} <span>{counted(tab, batch)}</span>
      </Link>
    ))}
  </nav>
)

const trades: ReadonlyArray<Column<Documents.TradeDocument>> = [
  columns.id("/trades"),
  columns.side,
  columns.quantity,
  columns.symbol,
  columns.figure("price", ({ price }) => price ?? ""),
  columns.tradeStatus,
  columns.node("orders", ({ orderIds }) =>
    orderIds.map((id) => <Link key={id} href={`/orders/${id}`}>{`${id} `}</Link>)
  )
]

const idOf = ({ id }: { readonly id: string }): string => id

/** The trades of a batch, read on as they are scrolled; those of a status where the address names one. */
const useTrades = (id: string, status: string) => {
  const past = momentOf(useAsOf())
  return useList({
    key: ["batch trades", id, status, past],
    idOf,
    use: (api: Api, page: PageAsked) =>
      api.batches.trades({ path: { id }, urlParams: { ...page, ...past, ...(status === "" ? {} : { status }) } })
  })
}

const Trades = ({ batch }: { readonly batch: Batch }) => {
  const { get, set } = useFilters()
  const status = get("status")
  const list = useTrades(batch.id, status)
  return (
    <>
      <div className="filters" role="group" aria-label={texts.whichTrades}>
        {[
          ["", texts.all],
          ["failed", texts.failed]
        ].map(([value = "", name]) => (
          <button
            key={value}
            type="button"
            className="button small"
            aria-pressed={status === value}
            onClick={() => set("status", value)}
          >
            {name}
          </button>
        ))}
      </div>
      <ReadRows
        key={`${batch.id} ${status}`}
        list={list}
        label={texts.trades}
        empty={status === "" ? texts.noRowsAccepted : texts.noFailedTrades}
        columns={trades}
        idOf={idOf}
        hrefOf={({ id }) => `/trades/${id}`}
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

/** An order, and how many of the trades that were read it took of. */
interface OrderOfTrades {
  readonly id: string
  readonly symbol: string
  readonly side: string
  readonly trades: number
}

const ordersOf = (found: ReadonlyArray<Documents.TradeDocument>): ReadonlyArray<OrderOfTrades> => {
  const orders = new Map<string, OrderOfTrades>()
  for (const { orderIds, side, symbol } of found) {
    for (const id of orderIds) orders.set(id, { id, symbol, side, trades: (orders.get(id)?.trades ?? 0) + 1 })
  }
  return [...orders.values()]
}

const orders: ReadonlyArray<Column<OrderOfTrades>> = [
  columns.id("/orders"),
  columns.side,
  columns.symbol,
  columns.count("rows", (order) => order.trades)
]

const Orders = ({ batch }: { readonly batch: Batch }) => {
  const { hasMore, query, readOn, rows } = useTrades(batch.id, "")
  return (
    <Asked query={query}>
      {() => (
        <>
          <Rows
            label={texts.orders}
            empty={texts.noOrdersYet}
            columns={orders}
            rows={ordersOf(rows)}
            idOf={idOf}
            hrefOf={({ id }) => `/orders/${id}`}
          />
          {hasMore ? (
            <p className="more">
              {texts.ofFirstRows({ rows: rowsIn(rows.length) })}{" "}
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
  return <Trades batch={batch} />
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
