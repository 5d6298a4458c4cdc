import type { Documents } from "@roundlot/api"
import { batchModes, type BatchMode } from "@roundlot/api/client"
import { useEffect, useRef, useState } from "react"
import { wholeLines } from "../ui/form/batchFile.ts"
import { type Known, lacking, policyWords, type Wish } from "../ui/form/batchWish.ts"
import * as columns from "../ui/table/columns.tsx"
import type { Column } from "../ui/table/Column.ts"
import { DataTable } from "../ui/table/DataTable.tsx"
import { Field, Written } from "../ui/parts/Field.tsx"
import { Problem } from "../ui/parts/Panel.tsx"
import { rowsIn } from "../words/rows.ts"
import { wordsOfNext } from "../words/signs.ts"
import { BatchFixes, corrected, type Corrections, MOST } from "./BatchFixes.tsx"
import { BatchSettings, isOfMode } from "./BatchSettings.tsx"
import { texts } from "../words/text/newBatch.ts"

type Checked = Documents.CheckedDocument

/** What would become of rows that are not accepted as they are: in a count of all, and in the words of the page. */
const exceptions = [
  ["repeated", texts.repeated, texts.repeats],
  ["duplicates", texts.recordedBefore, texts.alreadyRecorded],
  ["recorded", texts.history, texts.wouldBeHistory],
  ["conflicts", texts.conflicting, texts.wouldConflict],
  ["quarantined", texts.quarantined, texts.wouldBeQuarantined],
  ["refused", texts.refused, texts.wouldBeRefused]
] as const

/** The rows that are trades, whatever becomes of them. */
const tradesIn = (checked: Checked): number => exceptions.reduce((sum, [name]) => sum + checked[name], checked.accepted)

/** What would become of all rows, each counted once: `5 rows: 2 send orders, 1 repeated, 1 refused, 1 invalid.` */
const outcomeOf = (checked: Checked): string => {
  const { accepted, mode, rejected } = checked
  const said = mode === "accumulate" ? texts.joinPositions : texts.sendOrders
  const others = exceptions.flatMap(([name, counted]) =>
    checked[name] === 0 ? [] : [counted({ count: checked[name] })]
  )
  const invalid = rejected === 0 ? [] : [texts.invalid({ count: rejected })]
  const outcomes = [said({ count: accepted }), ...others, ...invalid].join(", ")
  return texts.outcome({ rows: rowsIn(tradesIn(checked) + rejected), outcomes })
}

/** The rows that would not be accepted as they are, any of which refuses a file that is accepted whole or not at all. */
const rowsNotAsTheyAre = ({ conflicts, quarantined, refused, rejected }: Checked): number =>
  rejected + conflicts + quarantined + refused

const orders: ReadonlyArray<Column<Documents.OrdersPreview>> = [
  columns.symbol,
  columns.side,
  columns.count("orders", (row) => row.orders),
  columns.quantity,
  columns.figure("notional", ({ notional }) => notional ?? "")
]

const noticed: ReadonlyArray<Column<Checked["noticed"][number]>> = [
  columns.count("line", ({ line }) => line),
  columns.foreign("reason", ({ what }) => what)
]

/** The rows that are no trades and are not corrected here: those beyond the first, and those of several lines. */
const uncorrected = (csv: string, rejectedRows: Checked["rejectedRows"]): Checked["rejectedRows"] => {
  const lines = [
    ...wholeLines(
      csv,
      rejectedRows.map(({ line }) => line)
    ).keys()
  ]
  const here = new Set(lines.slice(0, MOST))
  return rejectedRows.filter(({ line }) => !here.has(line))
}

/** The dry run of a submission: what would become of its rows as the books stand, and what would be ordered. */
const Outlook = ({ csv, of }: { readonly csv: string; readonly of: Checked }) => {
  const isBad = new Set(of.rejectedRows.map(({ line }) => line))
  const others = of.noticed.filter(({ line }) => !isBad.has(line))
  const rest = uncorrected(csv, of.rejectedRows)
  return (
    <>
      {rest.length === 0 ? null : (
        <DataTable
          label={texts.rejectedRows}
          columns={columns.rowFault}
          rows={rest}
          idOf={({ column, line }) => `${line} ${column}`}
        />
      )}
      <ul className="rows" aria-label={texts.otherRows}>
        {exceptions.map(([name, , say]) => (of[name] === 0 ? null : <li key={name}>{say({ count: of[name] })}</li>))}
        {of.blocked.map(({ answer, symbol }) => (
          <li key={symbol}>{texts.wouldOrderNothing({ symbol, answer: wordsOfNext(answer) })}</li>
        ))}
      </ul>
      {of.orders.length === 0 ? null : (
        <DataTable
          label={texts.ordersToFollow}
          columns={orders}
          rows={of.orders}
          idOf={({ side, symbol }) => `${symbol} ${side}`}
        />
      )}
      {others.length === 0 ? null : (
        <DataTable
          label={texts.rowsToReview}
          columns={noticed}
          rows={others}
          idOf={({ line, what }) => `${line} ${what}`}
        />
      )}
    </>
  )
}

/** Asks for the mode, which has no default where rows would be market orders. */
const ModeChoice = ({
  onChoose,
  problem
}: {
  readonly problem: string
  readonly onChoose: (mode: BatchMode) => void
}) => (
  <div role="group" aria-label={texts.chooseMode}>
    <p className="tone-danger" role="alert">
      {problem}
    </p>
    <div className="buttons">
      {batchModes.map((mode) => (
        <button key={mode} type="button" className="button" onClick={() => onChoose(mode)}>
          {texts[mode]}
        </button>
      ))}
    </div>
  </div>
)

interface BatchCheckProps {
  readonly wish: Wish
  readonly known: Known
  /** The result, of the file as it is or as it was before it is checked again. */
  readonly of: Checked | undefined
  /** Is it of the file as it is? */
  readonly isCurrent: boolean
  readonly checking: { readonly error: Error | null; readonly isPending: boolean }
  readonly submitting: { readonly error: Error | null; readonly isPending: boolean }
  readonly onChange: (next: Partial<Wish>) => void
  readonly onBack: () => void
  readonly onSubmit: () => void
}

/** The second step of a new batch: bad rows first, to be corrected where they are; what would become of all; and their submission. */
export const BatchCheck = (props: BatchCheckProps) => {
  const { checking, isCurrent, known, of, onChange, wish } = props
  const [corrections, setCorrections] = useState<Corrections>(new Map())
  const missing = lacking(wish, known)
  const isShown = of !== undefined && missing.length === 0 && (isCurrent || checking.isPending)
  const status = useRef<HTMLParagraphElement>(null)
  // A corrected row goes with its field: the focus moves to the result, not to the top of the page.
  useEffect(() => {
    if (isCurrent && document.activeElement === document.body) status.current?.focus()
  }, [of, isCurrent])
  return (
    <section className="panel form checks" aria-label={texts.check}>
      <p ref={status} role="status" tabIndex={-1}>
        {checking.isPending ? texts.checking : isShown ? outcomeOf(of) : texts.notChecked}
      </p>
      {isOfMode(checking.error) ? (
        <ModeChoice problem={checking.error?.message ?? ""} onChoose={(mode) => onChange({ mode })} />
      ) : checking.error === null ? null : (
        <Problem error={checking.error} isOfAction />
      )}
      {isShown ? (
        <>
          <BatchFixes
            csv={wish.csv}
            separator={wish.separator}
            read={new Set(Object.values(wish.columns))}
            rejectedRows={of.rejectedRows}
            corrections={corrections}
            onCorrect={setCorrections}
            onCheck={() => {
              onChange({ csv: corrected(wish.csv, wish.separator, corrections) })
              setCorrections(new Map())
            }}
          />
          <Outlook csv={wish.csv} of={of} />
        </>
      ) : null}
      <BatchSettings wish={wish} known={known} error={checking.error} missing={missing} onChange={onChange} />
      <Submission {...props} isCorrected={corrections.size > 0} isReady={isShown && isCurrent} />
    </section>
  )
}

/** What becomes of the rows of a batch. */
const howSent = (wish: Wish, mode: BatchMode): string => {
  if (mode === "accumulate") return texts.accumulated
  const terms = policyWords(wish)
  return terms === "" ? texts.eachSent : texts.eachSentWithTerms({ terms })
}

/** How many rows are accepted, for which account, what becomes of them, and how many are invalid. */
const Accepted = ({ of: { accepted, mode, rejected }, wish }: { readonly of: Checked; readonly wish: Wish }) => {
  const terms = { rows: rowsIn(accepted), how: howSent(wish, mode) }
  return (
    <p>
      {wish.account === "" ? texts.accepted(terms) : texts.acceptedFor({ account: wish.account, ...terms })}
      {rejected === 0 ? null : <> {texts.recordedAsInvalid({ rows: rowsIn(rejected) })}</>}
    </p>
  )
}

interface SubmissionProps extends BatchCheckProps {
  /** Is a correction not checked yet? */
  readonly isCorrected: boolean
  readonly isReady: boolean
}

/** What is submitted, under which name, and whether all rows are accepted or none. */
const Submission = ({ isCorrected, isReady, of, onBack, onChange, onSubmit, submitting, wish }: SubmissionProps) => {
  const checked = isReady ? of : undefined
  const refusing = checked !== undefined && wish.strict ? rowsNotAsTheyAre(checked) : 0
  const may =
    checked !== undefined &&
    tradesIn(checked) > 0 &&
    refusing === 0 &&
    !isCorrected &&
    wish.name.trim() !== "" &&
    !submitting.isPending
  return (
    <>
      <Written
        term="name"
        label={texts.name}
        value={wish.name}
        onWrite={(name) => onChange({ name })}
        error={wish.name.trim() === "" ? texts.nameIsMissing : undefined}
        required
      />
      <Field term="allOrNone">
        <label className="also">
          <input
            type="checkbox"
            checked={wish.strict}
            onChange={({ target }) => onChange({ strict: target.checked })}
          />
          {texts.allOrNothing}
        </label>
      </Field>
      {checked === undefined ? null : <Accepted wish={wish} of={checked} />}
      {refusing === 0 ? null : (
        <p className="tone-danger" role="alert">
          {texts.wouldNotBeAccepted({ rows: rowsIn(refusing) })}
        </p>
      )}
      {isCorrected ? <p className="tone-danger">{texts.correctionsUnchecked}</p> : null}
      {submitting.error === null ? null : <Problem error={submitting.error} isOfAction />}
      <div className="buttons">
        <button type="button" className="button" onClick={onBack}>
          {texts.back}
        </button>
        <button type="button" className="button primary" aria-disabled={!may} onClick={() => may && onSubmit()}>
          {submitting.isPending ? texts.sending : submitLabel(checked)}
        </button>
      </div>
    </>
  )
}

const submitLabel = (checked: Checked | undefined): string => {
  if (checked === undefined) return texts.submit
  const { accepted, mode } = checked
  return mode === "accumulate" ? texts.submitRows({ rows: rowsIn(accepted) }) : texts.submitOrders({ count: accepted })
}
