import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import { Foreign } from "../parts/Figure.tsx"
import type { Column } from "./Column.ts"
import * as columns from "./columns.tsx"

type Job = typeof Documents.JobDocument.Type

/** Which job it is, as a link to its page. */
export const jobName: Column<Job> = columns.node("job", ({ id, key, type }) => (
  <Link href={`/ops/jobs/${id}`}>
    <Foreign text={`${type} ${key}`} />
  </Link>
))

/** How far a job is: status, attempts, times and its last failure. */
export const jobProgress: ReadonlyArray<Column<Job>> = [
  columns.status("job"),
  columns.node("tries", ({ mostTries, tries }) => (
    <span className="figure">
      {tries}/{mostTries}
    </span>
  )),
  columns.time("runAt", ({ runAt, status }) => (status === "queued" ? runAt : null)),
  columns.time("jobEnded", ({ endedAt }) => endedAt),
  columns.foreign("failure", ({ failure }) => failure)
]
