import type { Documents } from "@roundlot/api"
import { Option, Schema } from "effect"
import { Link } from "wouter"
import { useAsk } from "../api/asking.ts"
import { runAudit } from "../ui/action/jobs.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import { Foreign, GivenId, Moment } from "../ui/parts/Figure.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { Asked, Panel } from "../ui/parts/Panel.tsx"
import { StateSign } from "../ui/parts/Sign.tsx"
import type { Column } from "../ui/table/Column.ts"
import * as columns from "../ui/table/columns.tsx"
import { Rows } from "../ui/table/TablePanel.tsx"
import { pathOfEntry } from "../words/paths.ts"
import { texts } from "../words/text/operations.ts"

type Job = typeof Documents.JobDocument.Type

const Result = Schema.Struct({
  ok: Schema.Boolean,
  entries: Schema.Int,
  findings: Schema.Array(
    Schema.Struct({
      where: Schema.String,
      what: Schema.String,
      account: Schema.optional(Schema.NullOr(Schema.String)),
      seq: Schema.optional(Schema.NullOr(Schema.Int))
    })
  ),
  anchor: Schema.NullOr(Schema.Struct({ position: Schema.Int, at: Schema.String }))
})

type Result = typeof Result.Type

const resultIn = Schema.decodeUnknownOption(Result)

/** An audit that has run, and what it found; without a result where it has not ended, or failed. */
interface Audit {
  readonly job: Job
  readonly result: Result | undefined
}

const auditOf = (job: Job): Audit => ({ job, result: Option.getOrUndefined(resultIn(job.result)) })

const audits: ReadonlyArray<Column<Audit>> = [
  columns.node("job", ({ job }) => (
    <Link href={`/ops/jobs/${job.id}`}>
      <GivenId id={job.id} isShort />
    </Link>
  )),
  columns.time("jobEnqueued", ({ job }) => job.enqueuedAt),
  columns.time("jobEnded", ({ job }) => job.endedAt),
  columns.node("auditResult", ({ job, result }) =>
    result === undefined ? (
      <StateSign family="job" state={job.status} />
    ) : (
      <StateSign family="audit" state={result.ok ? "ok" : "findings"} />
    )
  ),
  columns.count("auditedEntries", ({ result }) => result?.entries ?? null),
  columns.count("findingCount", ({ result }) => result?.findings.length ?? null),
  columns.count("newestAnchor", ({ result }) => result?.anchor?.position ?? null),
  columns.foreign("failure", ({ job }) => job.failure)
]

type Finding = Result["findings"][number]

const findings: ReadonlyArray<Column<Finding>> = [
  columns.node("findingAt", ({ account, seq, where }) =>
    typeof account === "string" && typeof seq === "number" ? (
      <Link href={pathOfEntry(account, seq)}>{where}</Link>
    ) : (
      <Foreign text={where} />
    )
  ),
  columns.foreign("finding", ({ what }) => what)
]

/** The newest audit that has a result, with what it found. */
const Latest = ({ of: { job, result } }: { readonly of: Audit }) =>
  result === undefined ? null : (
    <Panel title={texts.latestAudit} note={<Moment at={job.endedAt} />}>
      <p>
        {result.ok
          ? texts.booksAgree({ entries: result.entries })
          : texts.findings({ count: result.findings.length, entries: result.entries })}
      </p>
      {result.ok ? null : (
        <Rows
          label={texts.findingsTitle}
          empty={texts.noFindings}
          columns={findings}
          rows={result.findings}
          idOf={({ what, where }) => `${where} ${what}`}
          isShort
        />
      )}
    </Panel>
  )

type Anchor = Documents.AnchorsDocument["items"][number]

const anchors: ReadonlyArray<Column<Anchor>> = [
  columns.count("anchorPosition", ({ position }) => position),
  columns.time("anchoredAt", ({ at }) => at),
  columns.foreignId("anchorHash", ({ hash }) => hash),
  columns.node("anchorSigned", ({ isSigned }) => (isSigned ? texts.signed : texts.notSigned))
]

const Anchors = () => {
  const query = useAsk(["anchors"], (api) => api.controls.anchors())
  const file = query.data?.file
  return (
    <Panel title={texts.anchors} note={file === undefined ? undefined : texts.anchorsIn({ file: <code>{file}</code> })}>
      <Asked query={query}>
        {({ items, problem }) => (
          <Rows
            label={texts.anchors}
            empty={problem === null ? texts.noAnchors : texts.anchorsUnreadable({ problem })}
            columns={anchors}
            rows={items}
            idOf={({ at, position }) => `${position} ${at}`}
            isShort
          />
        )}
      </Asked>
    </Panel>
  )
}

/** How jobs go stands in no journal: the stream says nothing of it. */
const EVERY_MS = 2_000

/** What the audits of the books found, and the anchors that they are held to. */
export const AuditPage = () => {
  const query = useAsk(
    ["audits"],
    (api) => api.jobs.list({ urlParams: { type: "audit", order: "newest", limit: 20 } }),
    true,
    EVERY_MS
  )
  const known = query.data?.items.map(auditOf) ?? []
  const latest = known.find(({ result }) => result !== undefined)
  return (
    <>
      <PageHead actions={<ActionButton action={runAudit} className="button primary" />}>{texts.audit}</PageHead>
      {latest === undefined ? null : <Latest of={latest} />}
      <Panel title={texts.audits} note={texts.newestAudits}>
        <Asked query={query}>
          {() => (
            <Rows
              label={texts.audits}
              empty={texts.noAuditYet}
              columns={audits}
              rows={known}
              idOf={({ job }) => job.id}
              isShort
            />
          )}
        </Asked>
      </Panel>
      <Anchors />
    </>
  )
}
