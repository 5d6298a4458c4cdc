import type { Documents } from "@roundlot/api"
import { useAsk } from "../api/asking.ts"
import { Facts } from "../ui/parts/Facts.tsx"
import { Figure, Foreign, Moment } from "../ui/parts/Figure.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { Asked } from "../ui/parts/Panel.tsx"
import { StateSign } from "../ui/parts/Sign.tsx"
import { Crumb } from "../ui/record/Record.tsx"
import type { Column } from "../ui/table/Column.ts"
import * as columns from "../ui/table/columns.tsx"
import { TablePanel } from "../ui/table/TablePanel.tsx"
import { texts } from "../words/text/operations.ts"
import { JobActions } from "./Jobs.tsx"

type Note = Documents.JobDetail["history"][number]

const history: ReadonlyArray<Column<Note>> = [
  columns.time("time", ({ at }) => at),
  columns.node("jobEvent", ({ what }) => what),
  columns.foreign("jobDetail", ({ detail }) => detail)
]

const jsonOf = (value: unknown): string => (value === null ? "" : JSON.stringify(value))

const Detail = ({ job }: { readonly job: Documents.JobDetail }) => (
  <>
    <PageHead note={<Crumb id={job.id} name={texts.jobs} to="/ops/jobs" />} actions={<JobActions job={job} />}>
      <Foreign text={`${job.type} ${job.key}`} /> <StateSign family="job" state={job.status} />
    </PageHead>
    <Facts
      facts={[
        ["tries", <Figure of={`${job.tries}/${job.mostTries}`} />],
        ["jobEnqueued", <Moment at={job.enqueuedAt} />],
        ["jobStarted", job.startedAt === null ? null : <Moment at={job.startedAt} />],
        ["jobEnded", job.endedAt === null ? null : <Moment at={job.endedAt} />],
        ["runAt", job.status === "queued" ? <Moment at={job.runAt} /> : null],
        ["jobWorker", job.worker],
        ["failure", job.failure === null ? null : <Foreign text={job.failure} />],
        ["jobPayload", job.payload === null ? null : <Foreign text={jsonOf(job.payload)} />],
        ["jobProgress", job.progress === null ? null : <Foreign text={jsonOf(job.progress)} />],
        ["jobResult", job.result === null ? null : <Foreign text={jsonOf(job.result)} />]
      ]}
    />
    <TablePanel
      title={texts.attemptsAndChanges}
      note={texts.oldestFirst}
      empty={texts.nothingHappenedYet}
      columns={history}
      rows={job.history}
      idOf={({ at, what }) => `${at} ${what}`}
    />
  </>
)

/** How jobs go stands in no journal: the stream says nothing of it. */
const EVERY_MS = 2_000

/** A background job: its attempts, what it was given and what it answered. */
export const JobPage = ({ id }: { readonly id: string }) => (
  <Asked query={useAsk(["job", id], (api) => api.jobs.show({ path: { id } }), true, EVERY_MS)} title={texts.jobs}>
    {(job) => <Detail job={job} />}
  </Asked>
)
