import type { Documents } from "@roundlot/api"
import { useRef } from "react"
import { Link } from "wouter"
import { useAsk } from "../api/asking.ts"
import { batchOf, type Seen } from "../api/records.ts"
import { archiveBatch, cancelBatch, retryBatch } from "../ui/actions.ts"
import { ActionButton } from "../ui/ActionButton.tsx"
import * as columns from "../ui/columns.tsx"
import type { Column } from "../ui/Column.ts"
import { Facts } from "../ui/Facts.tsx"
import { Figure, Foreign, Time } from "../ui/Figure.tsx"
import { Head } from "../ui/Help.tsx"
import { Asked, Panel } from "../ui/Panel.tsx"
import { Crumb, Shown } from "../ui/Record.tsx"
import { RowsBar } from "../ui/RowsBar.tsx"
import { PageHead } from "../ui/Shell.tsx"
import { StateSign } from "../ui/Sign.tsx"
import { Timeline } from "../ui/Story.tsx"
import { Rows } from "../ui/TablePanel.tsx"
import { shownSpan } from "../format/time.ts"
import type { Term } from "../words/glossary.ts"
import { rowsDone, rowsLeft } from "../words/rows.ts"
import { signOfState } from "../words/signs.ts"

type Batch = Seen<Documents.BatchDetail>

const errors: ReadonlyArray<Column<Documents.BatchErrorDocument>> = [
  ...columns.rowFault,
  columns.linked("trade", "/trades", ({ tradeId }) => tradeId)
]

const symbols: ReadonlyArray<Column<Documents.BatchSymbolDocument>> = [
  columns.symbol,
  columns.side,
  columns.count("rows", ({ trades }) => trades),
  columns.count("done", ({ done }) => done),
  columns.quantity,
  columns.figure("filled", ({ filledQuantity }) => filledQuantity),
  columns.figure("averagePrice", ({ averagePrice }) => averagePrice ?? ""),
  columns.figure("notional", ({ filledNotional }) => filledNotional),
  columns.figure("commission", ({ commission }) => commission)
]

const trades: ReadonlyArray<Column<Documents.TradeDocument>> = [
  columns.id("/trades"),
  columns.foreign("symbol", ({ symbol }) => symbol),
  columns.side,
  columns.quantity,
  columns.figure("price", ({ price }) => price ?? ""),
  columns.status("trade"),
  columns.node("orders", ({ orderIds }) =>
    orderIds.map((id) => <Link key={id} href={`/orders/${id}`}>{`${id} `}</Link>)
  )
]

const parts: ReadonlyArray<readonly [term: Term, key: "done" | "failed" | "working" | "waiting" | "cancelled"]> = [
  ["done", "done"],
  ["failedRows", "failed"],
  ["workingRows", "working"],
  ["waitingRows", "waiting"],
  ["cancelledRows", "cancelled"]
]

const Account = ({ batch }: { readonly batch: Batch }) => {
  const { progress } = batch
  const sum = parts.reduce((all, [, key]) => all + progress[key], 0)
  return (
    <Panel
      title="Every row"
      note={
        sum === progress.total
          ? `adds up to ${progress.total} rows`
          : `adds up to ${sum} of ${progress.total} rows: counts are being written`
      }
    >
      <div className="account-for">
        <RowsBar counts={batch} />
        <dl className="figures">
          {parts.map(([term, key]) => (
            <div key={key}>
              <dt>
                <Head term={term} />
              </dt>
              <dd>
                <Figure of={String(progress[key])} />
              </dd>
            </div>
          ))}
          {progress.rate === null ? null : (
            <div>
              <dt>
                <Head term="rate" />
              </dt>
              <dd className="figure">{progress.rate.toFixed(1)} rows/s</dd>
            </div>
          )}
          {progress.timeLeft === null || rowsLeft(batch) === 0 ? null : (
            <div>
              <dt>
                <Head term="timeLeft" />
              </dt>
              <dd className="figure">{shownSpan(progress.timeLeft * 1000)}</dd>
            </div>
          )}
        </dl>
      </div>
    </Panel>
  )
}

const isOver = (status: string): boolean => status !== "pending" && status !== "running"

/** Says that a batch came to its end while it was watched; whoever looks elsewhere is told by a notice. */
const Ended = ({ batch }: { readonly batch: Batch }) => {
  const before = useRef(batch.status)
  const ended = isOver(batch.status) && !isOver(before.current)
  const word = signOfState("batch", batch.status).word
  const text = `${batch.name}: ${word}. ${rowsDone(batch)} of ${batch.totalTrades} rows done, ${batch.failedTrades} failed.`
  return ended ? (
    <p className="calm" role="status">
      {text}
    </p>
  ) : null
}

const Detail = ({ batch }: { readonly batch: Batch }) => {
  const { id } = batch
  const rows = useAsk(["batch trades", id], (api) => api.batches.trades({ path: { id }, urlParams: { limit: 200 } }))
  const wrong = useAsk(["batch errors", id], (api) => api.batches.errors({ path: { id } }))
  const results = useAsk(["batch results", id], (api) => api.batches.results({ path: { id } }))
  return (
    <>
      <PageHead
        note={<Crumb id={id} name="Batches" to="/batches" />}
        actions={
          <>
            {isOver(batch.status) ? (
              <a className="button" href={`/api/v1/batches/${id}/export`} download={`${id}.csv`}>
                Results as CSV
              </a>
            ) : (
              <ActionButton action={cancelBatch(batch)} />
            )}
            {isOver(batch.status) && batch.failedTrades > 0 && batch.retriedBy === null ? (
              <ActionButton action={retryBatch(batch)} />
            ) : null}
            {isOver(batch.status) && batch.archivedAt === null ? <ActionButton action={archiveBatch(batch)} /> : null}
          </>
        }
      >
        <Foreign text={batch.name} /> <StateSign family="batch" state={batch.status} />
      </PageHead>
      <Ended batch={batch} />
      <Account batch={batch} />
      <Facts
        facts={[
          ["account", batch.account],
          ["mode", batch.mode],
          ["file", batch.fileName === null ? null : <Foreign text={batch.fileName} />],
          ["created", <Time at={batch.createdAt} />],
          ["started", batch.startedAt === null ? null : <Time at={batch.startedAt} />],
          ["finished", batch.finishedAt === null ? null : <Time at={batch.finishedAt} />],
          ["retryOf", batch.retryOf === null ? null : <Link href={`/batches/${batch.retryOf}`}>{batch.retryOf}</Link>],
          [
            "retriedBy",
            batch.retriedBy === null ? null : <Link href={`/batches/${batch.retriedBy}`}>{batch.retriedBy}</Link>
          ],
          ["reason", batch.reason === null ? null : <Foreign text={batch.reason} />]
        ]}
      />
      <Panel title="What is wrong" note="with the row's place in the file">
        <Asked query={wrong}>
          {({ items }) => (
            <Rows
              label="What is wrong"
              empty="Nothing is wrong with any row."
              columns={errors}
              rows={items}
              idOf={({ column, line }) => `${line} ${column}`}
            />
          )}
        </Asked>
      </Panel>
      <Panel title="Results by symbol">
        <Asked query={results}>
          {({ symbols: items }) => (
            <Rows
              label="Results by symbol"
              empty="No row was taken."
              columns={symbols}
              rows={items}
              idOf={({ side, symbol }) => `${symbol} ${side}`}
              isShort
            />
          )}
        </Asked>
      </Panel>
      <Panel title="Trades" note="the first 200">
        <Asked query={rows}>
          {({ items }) => (
            <Rows
              label="Trades"
              empty="No row was taken."
              columns={trades}
              rows={items}
              idOf={(trade) => trade.id}
              hrefOf={(trade) => `/trades/${trade.id}`}
            />
          )}
        </Asked>
      </Panel>
      <Timeline history={batch.history} />
    </>
  )
}

/** A batch: an account of every row, what is wrong, what it came to. */
export const BatchPage = ({ id }: { readonly id: string }) => (
  <Shown name={["batch", id]} title={id} read={(api, past) => batchOf(id, past)(api)}>
    {(batch) => <Detail batch={batch} />}
  </Shown>
)
