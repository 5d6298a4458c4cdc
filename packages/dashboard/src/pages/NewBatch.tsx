import { useMutation } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import { Link, useLocation } from "wouter"
import { queries, useAsk } from "../api/asking.ts"
import { call } from "../api/calling.ts"
import { guessed, namesIn, sniffed } from "../ui/form/batchFile.ts"
import { forget, keep, kept, policyWords, requestOf, settled, type Wish } from "../ui/form/batchWish.ts"
import { Problem } from "../ui/parts/Panel.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { pathOfRecord } from "../words/paths.ts"
import { rowsIn } from "../words/rows.ts"
import { BatchCheck, tradesIn } from "./BatchCheck.tsx"
import { BatchColumns } from "./BatchColumns.tsx"
import { BatchFile } from "./BatchFile.tsx"
import { isAsForeseen, SubmittedRows } from "./Submitted.tsx"
import { texts } from "../words/text/newBatch.ts"

/** What becomes of the rows of a batch. */
const howSent = (wish: Wish): string => {
  if (wish.mode === "accumulate") return texts.accumulated
  const terms = policyWords(wish)
  return terms === "" ? texts.eachSent : texts.eachSentWithTerms({ terms })
}

const steps = [texts.file, texts.columns, texts.check, texts.submit] as const
const [COLUMNS, CHECK] = [1, 2] as const

/** A file of trades in four steps: the file, what its columns mean, what would be taken, and the submission. */
export const NewBatch = () => {
  const [, go] = useLocation()
  const [begun, setBegun] = useState(kept)
  const { key, step, wish: chosen } = begun
  const { data: templates } = useAsk(["templates"], (api) => api.batches.templates())
  const { data: accounts } = useAsk(["accounts"], (api) => api.accounts.list({ urlParams: {} }))
  const { data: sources } = useAsk(["sources"], (api) => api.trades.sources())
  const known = { accounts: accounts?.items, templates: templates?.items, sources: sources?.items }
  // What was removed or is not taken any more cannot be submitted by.
  const wish = settled(chosen, known)
  const change = (next: Partial<Wish>): void => {
    // Another wish has another key, so that it is always submitted.
    setBegun({ step, wish: settled({ ...wish, ...next }, known), key: crypto.randomUUID() })
  }
  const setStep = (step: number): void => setBegun((now) => ({ ...now, step }))
  useEffect(() => keep(begun), [begun])
  const given = (csv: string, fileName: string): void => {
    const separator = sniffed(csv)
    change({
      csv,
      fileName,
      separator,
      columns: guessed(namesIn(csv, separator)),
      name: wish.name === "" ? fileName.replace(/\.\w+$/, "") : wish.name
    })
  }
  const checking = useMutation({
    mutationFn: (asked: Wish) =>
      call((api) => api.batches.submit({ headers: {}, payload: { ...requestOf(asked), dryRun: true } })),
    onSuccess: () => setStep(Math.max(CHECK, step)),
    onError: () => setStep(COLUMNS)
  })
  const checkOther = (csv: string): void => {
    change({ csv })
    checking.mutate({ ...wish, csv })
  }
  // Who reloads the page after the check has it checked again, and is where he was.
  useEffect(() => {
    if (step >= CHECK) checking.mutate(wish)
  }, [])
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
  const checked = checking.data !== undefined && "rejectedRows" in checking.data ? checking.data : undefined
  return (
    <>
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
      {step === 0 ? <BatchFile csv={wish.csv} onGive={given} onGoOn={() => setStep(COLUMNS)} /> : null}
      {step === COLUMNS ? (
        <BatchColumns
          wish={wish}
          onChange={change}
          known={known}
          checking={checking}
          onBack={() => setStep(0)}
          onCheck={() => checking.mutate(wish)}
        />
      ) : null}
      {step >= CHECK && checked === undefined ? <p role="status">{texts.checking}</p> : null}
      {step === CHECK && checked !== undefined ? (
        <BatchCheck
          of={checked}
          csv={wish.csv}
          strict={wish.strict}
          onStrict={(strict) => change({ strict })}
          onCheck={checkOther}
          onBack={() => setStep(checked.rejected === 0 ? COLUMNS : 0)}
          onGoOn={() => setStep(3)}
        />
      ) : null}
      {submitted === undefined ? null : <SubmittedRows of={submitted} />}
      {step === 3 && checked !== undefined && submitted === undefined ? (
        <section className="panel form" aria-label={texts.submit}>
          <p>
            {wish.account === ""
              ? texts.takenIn({ rows: rowsIn(tradesIn(checked)), how: howSent(wish) })
              : texts.takenInFor({ account: wish.account, rows: rowsIn(tradesIn(checked)), how: howSent(wish) })}
            {checked.rejected === 0 ? null : <> {texts.recordedAsRejected({ rows: rowsIn(checked.rejected) })}</>}
          </p>
          {submitting.error === null ? null : <Problem error={submitting.error} />}
          <div className="buttons">
            <button type="button" className="button" onClick={() => setStep(COLUMNS)}>
              {texts.back}
            </button>
            <button
              type="button"
              className="button primary"
              aria-disabled={submitting.isPending}
              onClick={() => !submitting.isPending && submitting.mutate()}
            >
              {submitting.isPending ? texts.sending : texts.submitRows({ rows: rowsIn(tradesIn(checked)) })}
            </button>
          </div>
        </section>
      ) : null}
    </>
  )
}
