import type { Documents } from "@roundlot/api"
import { type ReactNode, useRef } from "react"
import { Link } from "wouter"
import { batchOf, type Seen } from "../api/records.ts"
import { grouped, sumOf } from "../format/figure.ts"
import { shownSpan } from "../format/time.ts"
import { archiveBatch, cancelBatch, deleteBatch, retryBatch, rowsToRetry } from "../ui/action/batches.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import { momentOf, useAsOf } from "../ui/parts/asOf.ts"
import { Facts } from "../ui/parts/Facts.tsx"
import { Figure, Foreign, Moment } from "../ui/parts/Figure.tsx"
import { Head } from "../ui/parts/Help.tsx"
import { Asked, Panel } from "../ui/parts/Panel.tsx"
import { RateChart } from "../ui/chart/RateChart.tsx"
import { BatchNotional } from "../ui/record/BatchNotional.tsx"
import { Crumb, Shown } from "../ui/record/Record.tsx"
import { RowsBar } from "../ui/chart/Bars.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { SignView } from "../ui/parts/Sign.tsx"
import type { Term } from "../words/glossary.ts"
import { rowsDone, rowsLeft } from "../words/rows.ts"
import { sessionWords, timeWords } from "../words/terms.ts"
import { signOfBatch } from "../words/signs.ts"
import { BySymbol, MOST_SYMBOLS, type Tab, tabOf, Tabs, TabShown, useResults, WhyFailed } from "./BatchTabs.tsx"
import { texts } from "../words/text/batches.ts"

type Batch = Seen<Documents.BatchDetail>

const parts: ReadonlyArray<readonly [term: Term, key: "done" | "failed" | "working" | "waiting" | "cancelled"]> = [
  ["done", "done"],
  ["failedRows", "failed"],
  ["workingRows", "working"],
  ["waitingRows", "waiting"],
  ["cancelledRows", "cancelled"]
]

interface CountedProps {
  readonly term: Term
  readonly mark?: string | undefined
  readonly children: ReactNode
}

const Counted = ({ children, mark, term }: CountedProps) => (
  <div className={mark === undefined ? undefined : `marked ${mark}`}>
    <dt>
      <Head term={term} />
    </dt>
    <dd>{children}</dd>
  </div>
)

interface ProgressProps {
  readonly batch: Batch
  /** What its fills come to, in dollars; nothing where its rows are not summed up. */
  readonly filled: string | undefined
}

/** An account of every row: how many are where, that they add up, how fast it goes and what was filled. */
const Progress = ({ batch, filled }: ProgressProps) => {
  const { progress } = batch
  const asOf = useAsOf()
  const sum = parts.reduce((all, [, key]) => all + progress[key], 0)
  return (
    <section className="panel account-for" aria-label={texts.allRows}>
      <div className="ahead">
        <dl className="figures">
          <Counted term="processed">
            <span className="lead figure">{grouped(String(batch.processedTrades))}</span>{" "}
            <span className="faint">{texts.ofTotalRows({ total: grouped(String(progress.total)) })}</span>
          </Counted>
          {progress.rate === null ? null : (
            <Counted term="rate">
              <span className="figure">{texts.rowsASecond({ rate: progress.rate.toFixed(1) })}</span>
            </Counted>
          )}
          {progress.timeLeft === null || rowsLeft(batch) === 0 ? null : (
            <Counted term="timeLeft">
              <span className="figure">{shownSpan(progress.timeLeft * 1000)}</span>
            </Counted>
          )}
          {filled === undefined ? null : (
            <Counted term="filledSoFar">
              <Figure of={filled} money />
            </Counted>
          )}
        </dl>
        {asOf === "" ? <RateChart reading={{ at: batch.updatedAt, processed: batch.processedTrades }} /> : null}
      </div>
      <RowsBar counts={batch} working={progress.working} />
      <div className="legend">
        <dl>
          {parts.map(([term, key]) => (
            <Counted key={key} term={term} mark={key}>
              <Figure of={String(progress[key])} />
            </Counted>
          ))}
        </dl>
        <p className="faint">
          {sum === progress.total
            ? texts.addsUp({ total: grouped(String(progress.total)) })
            : texts.addsUpToOfTotal({ sum: grouped(String(sum)), total: grouped(String(progress.total)) })}
        </p>
      </div>
    </section>
  )
}

const isOver = (status: string): boolean => status !== "pending" && status !== "running"

/** Says that a batch came to its end while it was watched; whoever looks elsewhere is told by a notice. */
const Ended = ({ batch }: { readonly batch: Batch }) => {
  const before = useRef(batch.status)
  const ended = isOver(batch.status) && !isOver(before.current)
  const { word } = signOfBatch(batch)
  const text = texts.progress({
    batch: batch.name,
    state: word,
    done: rowsDone(batch),
    total: batch.totalTrades,
    failed: batch.failedTrades
  })
  return ended ? (
    <p className="calm" role="status">
      {text}
    </p>
  ) : null
}

const canRetry = (batch: Batch): boolean => isOver(batch.status) && rowsToRetry(batch) > 0 && batch.retriedBy === null

/** The file of its rows, as they stand at the moment that is looked at. */
const ResultsFile = ({ id }: { readonly id: string }) => {
  const question = new URLSearchParams({ ...momentOf(useAsOf()) }).toString()
  const path = `/api/v1/batches/${id}/export`
  return (
    <a className="button quiet" href={question === "" ? path : `${path}?${question}`} download={`${id}.csv`}>
      {texts.resultsAsCsv}
    </a>
  )
}

const Actions = ({ batch }: { readonly batch: Batch }) => (
  <>
    {isOver(batch.status) ? <ResultsFile id={batch.id} /> : <ActionButton action={cancelBatch(batch)} />}
    {canRetry(batch) ? <ActionButton action={retryBatch(batch)} /> : null}
    {isOver(batch.status) && batch.archivedAt === null ? <ActionButton action={archiveBatch(batch)} /> : null}
    {isOver(batch.status) ? (
      <span className="apart">
        <ActionButton action={deleteBatch(batch)} className="button danger" />
      </span>
    ) : null}
  </>
)

const BatchFacts = ({ batch }: { readonly batch: Batch }) => (
  <Facts
    facts={[
      ["account", batch.account],
      ["mode", batch.mode],
      ["session", batch.session === null ? null : sessionWords(batch.session)],
      ["notional", <BatchNotional batch={batch} />],
      ["timeInForce", batch.timeInForce === null ? null : timeWords(batch.timeInForce)],
      ["file", batch.fileName === null ? null : <Foreign text={batch.fileName} />],
      ["submittedBy", <Foreign text={batch.submittedBy} />],
      ["created", <Moment at={batch.createdAt} />],
      ["started", batch.startedAt === null ? null : <Moment at={batch.startedAt} />],
      ["finished", batch.finishedAt === null ? null : <Moment at={batch.finishedAt} />],
      ["retryOf", batch.retryOf === null ? null : <Link href={`/batches/${batch.retryOf}`}>{batch.retryOf}</Link>],
      [
        "retriedBy",
        batch.retriedBy === null ? null : <Link href={`/batches/${batch.retriedBy}`}>{batch.retriedBy}</Link>
      ],
      ["reason", batch.reason === null ? null : <Foreign text={batch.reason} />]
    ]}
  />
)

/** The daemon goes through every row to sum them up: while a batch of more rows runs, only for whoever asks. */
const MOST_SUMMED = 5000

const Beside = ({ batch, results, tab }: Parameters<typeof TabShown>[0]) => (
  <div>
    {batch.failedTrades === 0 || tab === "errors" ? null : (
      <Panel
        title={texts.failedRows}
        note={grouped(String(batch.failedTrades))}
        action={<Link href={`/batches/${batch.id}/errors`}>{texts.byReason}</Link>}
      >
        {batch.rejectedRows === 0 ? null : (
          <p className="faint">
            <Link href={`/batches/${batch.id}?status=rejected`}>
              {texts.invalidNotRetried({ count: batch.rejectedRows })}
            </Link>
          </p>
        )}
        <Asked query={results}>{(found) => <WhyFailed of={found} />}</Asked>
      </Panel>
    )}
    {tab === "results" ? null : (
      <Panel
        title={texts.bySymbol}
        note={texts.shownOfAll({
          shown: Math.min(MOST_SYMBOLS, results.data?.symbols.length ?? 0),
          total: results.data?.symbols.length ?? 0
        })}
        action={<Link href={`/batches/${batch.id}/results`}>{texts.all}</Link>}
      >
        <Asked query={results}>{(found) => <BySymbol of={found} />}</Asked>
      </Panel>
    )}
  </div>
)

const Detail = ({ batch, tab }: { readonly batch: Batch; readonly tab: Tab }) => {
  const isSummed = isOver(batch.status) || batch.totalTrades <= MOST_SUMMED
  const results = useResults(batch.id, isSummed || tab === "results" || tab === "errors")
  const isBeside = isSummed && tab !== "results" && tab !== "story"
  return (
    <>
      <PageHead note={<Crumb id={batch.id} name={texts.batches} to="/batches" />} actions={<Actions batch={batch} />}>
        <Foreign text={batch.name} /> <SignView sign={signOfBatch(batch)} />
      </PageHead>
      <BatchFacts batch={batch} />
      <Ended batch={batch} />
      <Progress
        batch={batch}
        filled={results.data === undefined ? undefined : sumOf(results.data.symbols.map((each) => each.filledNotional))}
      />
      <div className={isBeside ? "columns beside" : undefined}>
        <section className="panel" aria-label={texts.rows}>
          <Tabs batch={batch} shown={tab} />
          <TabShown batch={batch} results={results} tab={tab} />
        </section>
        {isBeside ? <Beside batch={batch} results={results} tab={tab} /> : null}
      </div>
    </>
  )
}

/** A batch: an account of every row, why some failed, what it came to; which part of it is shown is the address. */
export const BatchPage = ({ id, tab }: { readonly id: string; readonly tab: string | undefined }) => {
  const asOf = useAsOf()
  return (
    <Shown name={["batch", id]} title={id} read={(api, past) => batchOf(id, past)(api)}>
      {/* Of another moment no row has left a table. */}
      {(batch) => <Detail key={`${batch.id} ${asOf}`} batch={batch} tab={tabOf(tab)} />}
    </Shown>
  )
}
