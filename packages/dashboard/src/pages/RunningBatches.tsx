import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import { useDocument } from "../api/asking.ts"
import { grouped } from "../format/figure.ts"
import { shownSpan } from "../format/time.ts"
import type { Action } from "../ui/action/Action.ts"
import { askLoaded, DialogButton } from "../ui/action/ActionButton.tsx"
import { RowsBar } from "../ui/chart/Bars.tsx"
import { ofAllAccounts } from "../ui/parts/asOf.ts"
import { Foreign } from "../ui/parts/Figure.tsx"
import { Panel } from "../ui/parts/Panel.tsx"
import { texts as actions } from "../words/text/batchActions.ts"
import { texts } from "../words/text/batches.ts"

const cancelling = async (batch: Documents.BatchDocument): Promise<Action> =>
  (await import("../ui/action/batches.ts")).cancelBatch(batch)

const MS = 1000

/** A batch on its way: how far it is, how fast, and how long it takes yet. */
const RunningBatch = ({ batch }: { readonly batch: Documents.ListedBatchDocument }) => {
  const { done, failed, rate, timeLeft, total, working } = batch.progress
  return (
    <li className="running">
      <p>
        <Link href={`/batches/${batch.id}`} className="what">
          <Foreign text={batch.name} />
        </Link>
        {timeLeft === null || timeLeft === 0 ? null : (
          <span className="faint">{texts.timeLeft({ span: shownSpan(timeLeft * MS) })}</span>
        )}
      </p>
      <RowsBar counts={batch} working={working} />
      <p>
        <span className="figure">
          {texts.shownOfAll({ shown: grouped(String(done)), total: grouped(String(total)) })}
        </span>
        {failed === 0 ? null : (
          <span className="figure tone-danger">{texts.someFailed({ failed: grouped(String(failed)) })}</span>
        )}
        {rate === null ? null : <span className="faint figure">{texts.rowsASecond({ rate: rate.toFixed(1) })}</span>}
        <DialogButton
          label={actions.cancel({ batch: batch.id })}
          className="button small"
          onAsk={() => askLoaded(cancelling(batch))}
        />
      </p>
    </li>
  )
}

/** Batches on their way; absent where there is none. */
export const RunningBatches = () => {
  const { data } = useDocument(["batches", "running"], "/api/v1/batches", {
    status: "running",
    order: "newest",
    limit: "5"
  })
  if (data === undefined || data.items.length === 0) return null
  return (
    <Panel
      title={texts.runningBatches}
      action={<Link href={ofAllAccounts("/batches?status=running")}>{texts.allRunning}</Link>}
    >
      <ul className="rows">
        {data.items.map((batch) => (
          <RunningBatch key={batch.id} batch={batch} />
        ))}
      </ul>
    </Panel>
  )
}
