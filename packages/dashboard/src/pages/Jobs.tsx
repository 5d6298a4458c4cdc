import type { Documents } from "@roundlot/api"
import { Either } from "effect"
import { useEffect, useState } from "react"
import { queries, useAsk } from "../api/asking.ts"
import { cancelJob, enqueueJob, isCancellable, isRetriable, retryJob, type JobWish } from "../ui/action/jobs.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import { ForRole } from "../ui/action/Role.tsx"
import { type Listing, sortsBy, statesOf } from "../ui/list/Listing.ts"
import { ListPage } from "../ui/list/ListPage.tsx"
import { Choice, Written } from "../ui/parts/Field.tsx"
import * as columns from "../ui/table/columns.tsx"
import { jobName, jobProgress } from "../ui/table/jobColumns.tsx"
import { texts } from "../words/text/operations.ts"
import { Facts } from "../ui/parts/Facts.tsx"
import { Figure, Foreign, Moment } from "../ui/parts/Figure.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { Asked } from "../ui/parts/Panel.tsx"
import { StateSign } from "../ui/parts/Sign.tsx"
import { Crumb } from "../ui/record/Record.tsx"
import type { Column } from "../ui/table/Column.ts"
import { TablePanel } from "../ui/table/TablePanel.tsx"

type Job = typeof Documents.JobDocument.Type

/** What an operator may do with a job as it stands: retry it once it ended badly, cancel it before. */
const JobActions = ({ job }: { readonly job: Job }) => {
  if (isRetriable(job.status)) return <ActionButton action={retryJob(job)} className="button small" />
  return isCancellable(job.status) ? <ActionButton action={cancelJob(job)} className="button small" /> : null
}

const NAME = "jobs"

const jobs: Listing<Job> = {
  name: NAME,
  title: texts.jobs,
  sorts: sortsBy("jobEnqueued"),
  filters: [
    statesOf("job"),
    { name: "type", term: "jobKind" },
    { name: "key", term: "jobKey" },
    { name: "since", term: "since" },
    { name: "until", term: "until" }
  ],
  idOf: ({ id }) => id,
  hrefOf: ({ id }) => `/ops/jobs/${id}`,
  read: (api, asked, page) => api.jobs.list({ urlParams: { ...asked, ...page } }),
  empty: texts.noJobsMatch,
  card: { headline: ["job", "status"], details: ["jobEnqueued", "failure"] },
  columns: [
    jobName,
    columns.time("jobEnqueued", ({ enqueuedAt }) => enqueuedAt),
    ...jobProgress,
    columns.node("action", (job) => <JobActions job={job} />)
  ]
}

/** What may be asked for with a form: reconciliations have their own button. */
const types = ["trades.sync", "positions.sync", "audit"].map((type) => [type, type] as const)

const payloadIn = (text: string): Either.Either<unknown, string> =>
  text.trim() === ""
    ? Either.right(undefined)
    : Either.try({
        try: (): unknown => JSON.parse(text),
        catch: () => texts.payloadIsNoJson({ example: '{"lookbackDays": 3}' })
      })

const wishOf = (type: string, key: string, payload: unknown): JobWish => ({
  type,
  key: key.trim() === "" ? undefined : key.trim(),
  payload
})

/** Has a daemon do background work. */
const Enqueue = () => {
  const [type, setType] = useState("trades.sync")
  const [key, setKey] = useState("")
  const [text, setText] = useState("")
  const payload = payloadIn(text)
  return (
    <form className="panel form" aria-label={texts.enqueueAJob} onSubmit={(event) => event.preventDefault()}>
      <Choice term="jobKind" label={texts.type} value={type} options={types} onChoose={setType} />
      <Written term="jobKey" label={texts.jobKey} value={key} onWrite={setKey} />
      <Written
        term="jobPayload"
        label={texts.jobPayload}
        value={text}
        onWrite={setText}
        error={Either.isLeft(payload) ? payload.left : undefined}
      />
      <div className="buttons">
        {Either.isRight(payload) ? (
          <ActionButton action={enqueueJob(wishOf(type, key, payload.right))} className="button primary" />
        ) : null}
      </div>
    </form>
  )
}

/** How jobs go stands in no journal: the stream says nothing of it. */
const EVERY_MS = 2_000

const useReadAgain = (): void =>
  useEffect(() => {
    const timer = setInterval(
      () => void queries.invalidateQueries({ queryKey: ["list", NAME] }, { cancelRefetch: false }),
      EVERY_MS
    )
    return () => clearInterval(timer)
  }, [])

/** Background jobs, the newest first, and a form for another one. */
export const JobsPage = () => {
  useReadAgain()
  return (
    <>
      <ListPage listing={jobs} />
      <ForRole role="operate">
        <Enqueue />
      </ForRole>
    </>
  )
}

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

/** A background job: its attempts, what it was given and what it answered. */
export const JobPage = ({ id }: { readonly id: string }) => (
  <Asked query={useAsk(["job", id], (api) => api.jobs.show({ path: { id } }), true, EVERY_MS)} title={texts.jobs}>
    {(job) => <Detail job={job} />}
  </Asked>
)
