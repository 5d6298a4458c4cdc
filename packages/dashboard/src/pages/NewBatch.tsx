import { useMutation } from "@tanstack/react-query"
import type { Documents } from "@roundlot/api"
import { useEffect, useRef, useState } from "react"
import { Link, useLocation } from "wouter"
import { queries, useAsk } from "../api/asking.ts"
import { call } from "../api/calling.ts"
import {
  CHECK,
  forget,
  isCheckedAlike,
  keep,
  kept,
  lacking,
  requestOf,
  settled,
  type Wish,
  withFile
} from "../ui/form/batchWish.ts"
import { useFilters } from "../ui/parts/filters.ts"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { pathOfRecord } from "../words/paths.ts"
import { BatchCheck } from "./BatchCheck.tsx"
import { texts } from "../words/text/newBatch.ts"
import { FileButton, giveFirst, type GiveFile } from "../ui/form/FileButton.tsx"
import { Field } from "../ui/parts/Field.tsx"
import { Head } from "../ui/parts/Help.tsx"
import * as columns from "../ui/table/columns.tsx"
import type { Column } from "../ui/table/Column.ts"
import { DataTable } from "../ui/table/DataTable.tsx"
import { StateSign } from "../ui/parts/Sign.tsx"
import { rowsIn } from "../words/rows.ts"

const steps = [texts.file, texts.check, texts.submit] as const

interface Checked {
  readonly of: Documents.CheckedDocument
  readonly wish: Wish
}

/** Checks a file; the result stays until that of the next check is there. One that comes late counts no more. */
const useCheck = () => {
  const [last, setLast] = useState<Checked>()
  const newest = useRef<Wish>(undefined)
  const checking = useMutation({
    mutationFn: (wish: Wish) =>
      call((api) => api.batches.submit({ headers: {}, payload: { ...requestOf(wish), name: CHECK, dryRun: true } })),
    onMutate: (wish) => {
      newest.current = wish
    },
    onSuccess: (answer, wish) => {
      if (newest.current === wish && "rejectedRows" in answer) setLast({ of: answer, wish })
    }
  })
  return { last, checking }
}

/** What the form is filled in by. */
const useKnown = () => {
  const { data: templates } = useAsk(["templates"], (api) => api.batches.templates())
  const { data: accounts } = useAsk(["accounts"], (api) => api.accounts.list({ urlParams: {} }))
  const { data: sources } = useAsk(["sources"], (api) => api.trades.sources())
  return { accounts: accounts?.items, templates: templates?.items, sources: sources?.items }
}

/** Submits a file once for its key, and goes to its batch where that is as its check said. */
const useSubmission = (key: string, wish: Wish) => {
  const [, go] = useLocation()
  const submitting = useMutation({
    mutationFn: () =>
      call((api) => api.batches.submit({ headers: { "idempotency-key": key }, payload: requestOf(wish) })),
    onSuccess: (submitted) => {
      forget()
      void queries.invalidateQueries()
      if (!("batch" in submitted) || !isAsForeseen(submitted)) return
      go(pathOfRecord({ kind: "batch", id: submitted.batch.id }) ?? "/batches")
    }
  })
  const submitted = submitting.data !== undefined && "batch" in submitting.data ? submitting.data : undefined
  return { submitted, submitting }
}

const StepHead = ({ step }: { readonly step: number }) => (
  <PageHead
    note={texts.stepOf({
      batches: <Link href="/batches">{texts.batches}</Link>,
      step: step + 1,
      total: steps.length,
      name: steps[step]
    })}
  >
    {texts.newBatch}
  </PageHead>
)

/** A file of trades in three steps: the file, its check with the corrections, and the submission. */
export const NewBatch = () => {
  const { get, set } = useFilters()
  const [begun, setBegun] = useState(kept)
  const known = useKnown()
  // What was removed or is not taken any more cannot be submitted by.
  const wish = settled(begun.wish, known)
  const isChecked = get("step") === CHECK && wish.csv.trim() !== ""
  const { checking, last } = useCheck()
  useEffect(() => keep(begun), [begun])
  const check = (asked: Wish): void => {
    if (lacking(asked, known).length === 0) checking.mutate(asked)
  }
  const become = (asked: Wish): Wish => {
    const next = settled(asked, known)
    // Another wish has another key, so that it is always submitted.
    setBegun({ wish: next, key: crypto.randomUUID() })
    return next
  }
  const change = (next: Partial<Wish>): void => {
    const asked = become({ ...wish, ...next })
    if (!isCheckedAlike(wish, asked)) check(asked)
  }
  // The step of the check begins with a check of the file, also after a reload or Back.
  useEffect(() => {
    if (isChecked) check(wish)
  }, [isChecked])
  const { submitted, submitting } = useSubmission(begun.key, wish)
  const step = submitted !== undefined || submitting.isPending ? 2 : isChecked ? 1 : 0
  return (
    <>
      <StepHead step={step} />
      {submitted === undefined ? null : <SubmittedRows of={submitted} />}
      {submitted === undefined && !isChecked ? (
        <BatchFile
          csv={wish.csv}
          onGive={(csv, fileName) => {
            become(withFile({ ...wish, name: "" }, csv, fileName))
            set("step", CHECK)
          }}
          onWrite={(csv) => become(withFile(wish, csv, ""))}
          onCheck={() => {
            if (wish.name === "") become({ ...wish, name: texts.pastedRows })
            set("step", CHECK)
          }}
        />
      ) : null}
      {submitted === undefined && isChecked ? (
        <BatchCheck
          wish={wish}
          known={known}
          of={last?.of}
          isCurrent={last !== undefined && isCheckedAlike(last.wish, wish) && checking.error === null}
          checking={checking}
          submitting={submitting}
          onChange={change}
          onBack={() => set("step", "")}
          onSubmit={() => submitting.mutate()}
        />
      ) : null}
    </>
  )
}

/** The columns that a file has by the names of the fields. */
const SAMPLE = "source_id,timestamp,symbol,side,quantity,price\n"

interface BatchFileProps {
  readonly csv: string
  /** Takes a whole file, which is checked at once. */
  readonly onGive: GiveFile
  /** Takes rows as they are written. */
  readonly onWrite: (csv: string) => void
  readonly onCheck: () => void
}

/** The first step of a new batch: a file of trades, or pasted rows. */
const BatchFile = ({ csv, onCheck, onGive, onWrite }: BatchFileProps) => (
  <section className="panel form" aria-label={texts.file}>
    <div
      className="field drop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        giveFirst(event.dataTransfer.files, onGive)
      }}
    >
      <Head term="file" />
      <FileButton label={texts.chooseFile} onGive={onGive} />
      <span className="faint">{texts.orDropItHere}</span>
    </div>
    <Field term="pasted">
      <textarea
        aria-label={texts.pastedRows}
        rows={6}
        value={csv.length > 20_000 ? csv.slice(0, 20_000) : csv}
        readOnly={csv.length > 20_000}
        placeholder={SAMPLE}
        onChange={({ target }) => onWrite(target.value)}
        spellCheck={false}
      />
    </Field>
    <p className="faint">
      {csv === ""
        ? texts.firstLine({ example: <code>{SAMPLE.trim()}</code> })
        : texts.rowsBelowHeader({ count: csv.split(/\r?\n/).filter((line) => line.trim() !== "").length - 1 })}
    </p>
    <div className="buttons">
      <button
        type="button"
        className="button primary"
        aria-disabled={csv.trim() === ""}
        onClick={() => csv.trim() !== "" && onCheck()}
      >
        {texts.check}
      </button>
    </div>
  </section>
)

type Submitted = Documents.SubmittedDocument

/** What became of each row, by the sign of what it is. */
const parts = [
  ["accepted", "pending", texts.inTheBatch],
  ["quarantined", "quarantined", texts.inTheBatchHeld],
  ["duplicates", "duplicate", texts.duplicates],
  ["conflicts", "conflict", texts.conflicts],
  ["rejected", "failed", texts.invalidRows]
] as const

/** Did every row become what its submitter saw beforehand: taken in, or refused? */
const isAsForeseen = ({ conflicts, duplicates, quarantined }: Submitted): boolean =>
  conflicts + duplicates + quarantined === 0

const noticed: ReadonlyArray<Column<Submitted["noticed"][number]>> = [
  columns.count("line", ({ line }) => (line === 0 ? null : line)),
  columns.foreign("reason", ({ what }) => what)
]

/** An account of every row of a file that was submitted: also of those that are in no batch, since they were on record. */
const SubmittedRows = ({ of }: { readonly of: Submitted }) => {
  const { batch } = of
  const rows = parts.reduce((sum, [part]) => sum + of[part], 0)
  return (
    <section className="panel form" aria-label={texts.submitted}>
      <p role="status">{texts.submittedAs({ batch: batch.id, rows: rowsIn(rows) })}</p>
      <ul className="rows" aria-label={texts.rowResults}>
        {parts.map(([part, state, say]) =>
          of[part] === 0 ? null : (
            <li key={part}>
              <StateSign family="trade" state={state} />
              <span className="what">{say({ count: of[part] })}</span>
            </li>
          )
        )}
      </ul>
      {of.noticed.length === 0 ? null : (
        <DataTable
          label={texts.rowsToReview}
          columns={noticed}
          rows={of.noticed}
          idOf={({ line, what }) => `${line} ${what}`}
        />
      )}
      <div className="buttons">
        <Link href={pathOfRecord({ kind: "batch", id: batch.id }) ?? "/batches"} className="button primary">
          {texts.open({ batch: batch.id })}
        </Link>
      </div>
    </section>
  )
}
