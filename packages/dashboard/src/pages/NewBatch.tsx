import type { Documents } from "@roundlot/api"
import { useMutation } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import { Link, useLocation } from "wouter"
import { queries, useAsk } from "../api/asking.ts"
import { call } from "../api/client.ts"
import { ActionButton } from "../ui/ActionButton.tsx"
import { removeTemplate } from "../ui/actions.ts"
import { Choice, Field } from "../ui/Field.tsx"
import { Foreign } from "../ui/Figure.tsx"
import { Head } from "../ui/Help.tsx"
import { Problem } from "../ui/Panel.tsx"
import { PageHead } from "../ui/Shell.tsx"
import { pathOfRecord } from "../words/paths.ts"
import { rowsIn } from "../words/rows.ts"
import { BatchCheck, tradesIn } from "./BatchCheck.tsx"
import { isAsForeseen, SubmittedRows } from "./Submitted.tsx"

const FIELDS = ["source_id", "timestamp", "symbol", "side", "quantity", "price"] as const
const OPTIONAL: ReadonlySet<string> = new Set(["price", "source_id", "timestamp"])
const TEMPLATE = "source_id,timestamp,symbol,side,quantity,price\n"
const SAMPLES = 3

const separators = [
  [",", "comma"],
  [";", "semicolon"],
  ["\t", "tab"],
  ["|", "bar"]
] as const

type Separator = (typeof separators)[number][0]

/** The separator that the first line has most of. */
const sniffed = (text: string): Separator => {
  const [line = ""] = text.split(/\r?\n/, 1)
  const counts = separators.map(([separator]) => [separator, line.split(separator).length] as const)
  return counts.toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? ","
}

/** The cells of a line, for a look at it only: the daemon reads the file itself. */
const cellsOf = (line: string, separator: string): ReadonlyArray<string> =>
  line.split(separator).map((cell) => cell.trim().replaceAll(/^"|"$/g, ""))

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, "")

const guessed = (names: ReadonlyArray<string>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    FIELDS.flatMap((field) => {
      const found = names.find((name) => plain(name) === plain(field))
      return found === undefined ? [] : [[field, found] as const]
    })
  )

interface Wish {
  readonly csv: string
  readonly fileName: string
  readonly name: string
  readonly separator: Separator
  readonly decimal: "point" | "comma"
  readonly dates: "iso" | "dmy" | "mdy"
  readonly zone: string
  readonly columns: Readonly<Record<string, string>>
  readonly account: string
  readonly mode: "execute" | "accumulate"
  /** The template whose terms hold where none are said here. */
  readonly template: string
}

const KEPT = "roundlot.batch"

const blank: Wish = {
  csv: "",
  fileName: "",
  name: "",
  separator: ",",
  decimal: "point",
  dates: "iso",
  zone: "",
  columns: {},
  account: "",
  mode: "accumulate",
  template: ""
}

const steps = ["File", "Columns", "Check", "Submit"] as const
const [COLUMNS, CHECK] = [1, 2] as const

/** How far somebody is. */
interface Begun {
  readonly wish: Wish
  readonly step: number
  /** The same wish is never submitted twice, also by who reloads the page meanwhile. */
  readonly key: string
}

/** What was begun stays through a reload of the page. */
const kept = (): Begun => {
  const begun = { wish: blank, step: 0, key: crypto.randomUUID() }
  try {
    const { wish, ...rest } = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}")
    return { ...begun, ...rest, wish: { ...blank, ...wish } }
  } catch {
    return begun
  }
}

const keep = (begun: Begun): void => {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(begun))
  } catch {
    // Too large to be kept: it stays in the page.
  }
}

const requestOf = ({
  account,
  columns,
  csv,
  dates,
  decimal,
  fileName,
  mode,
  name,
  separator,
  template,
  zone
}: Wish): Documents.BatchRequest => {
  const given = Object.fromEntries(
    Object.entries(columns).filter(([field, column]) => column !== "" && column !== field)
  )
  return {
    name: name.trim(),
    mode,
    csv,
    separator,
    decimal,
    dates,
    ...(zone.trim() === "" ? {} : { zone: zone.trim() }),
    ...(template === "" ? {} : { template }),
    ...(account === "" ? {} : { account }),
    ...(fileName === "" ? {} : { fileName }),
    ...(Object.keys(given).length === 0 ? {} : { columns: given })
  }
}

/** A file of trades in four steps: the file, what its columns mean, what would be taken, and the submission. */
export const NewBatch = () => {
  const [, go] = useLocation()
  const [begun, setBegun] = useState(kept)
  const { key, step, wish: chosen } = begun
  const { data: templates } = useAsk(["templates"], (api) => api.batches.templates())
  // What was removed meanwhile cannot be submitted by.
  const isGone = templates?.items.every(({ name }) => name !== chosen.template) === true
  const wish = isGone ? { ...chosen, template: "" } : chosen
  const { data: accounts } = useAsk(["accounts"], (api) => api.accounts.list({ urlParams: {} }))
  const change = (next: Partial<Wish>): void => {
    // Another wish has another key, so that it is always submitted.
    setBegun({ step, wish: { ...wish, ...next }, key: crypto.randomUUID() })
  }
  const setStep = (step: number): void => setBegun((now) => ({ ...now, step }))
  useEffect(() => keep(begun), [begun])
  const given = (csv: string, fileName: string): void => {
    const separator = sniffed(csv)
    const names = cellsOf(csv.split(/\r?\n/, 1)[0] ?? "", separator)
    change({
      csv,
      fileName,
      separator,
      columns: guessed(names),
      name: wish.name === "" ? fileName.replace(/\.\w+$/, "") : wish.name
    })
  }
  const [saveAs, setSaveAs] = useState("")
  const saving = useMutation({
    mutationFn: () => {
      const { account, columns, dates, decimal, mode, separator, zone } = requestOf(wish)
      const terms = {
        ...(dates === undefined ? {} : { dates }),
        ...(zone === undefined ? {} : { zone }),
        ...(decimal === undefined ? {} : { decimal }),
        ...(mode === undefined ? {} : { mode }),
        ...(separator === undefined ? {} : { separator }),
        ...(account === undefined ? {} : { account }),
        ...(columns === undefined ? {} : { columns })
      }
      return call((api) => api.batches.saveTemplate({ path: { name: saveAs.trim() }, headers: {}, payload: terms }))
    },
    onSuccess: () => queries.invalidateQueries()
  })
  const take = (template: string): void => {
    const terms = templates?.items.find(({ name }) => name === template)?.terms
    const { account, columns, dates, decimal, mode, separator, zone } = terms ?? {}
    change({
      template,
      columns: { ...wish.columns, ...columns },
      ...(account === undefined ? {} : { account }),
      ...(dates === undefined ? {} : { dates }),
      ...(zone === undefined ? {} : { zone }),
      ...(decimal === undefined ? {} : { decimal }),
      ...(mode === undefined ? {} : { mode }),
      ...(separator === undefined ? {} : { separator })
    })
  }
  const checking = useMutation({
    mutationFn: () => call((api) => api.batches.submit({ headers: {}, payload: { ...requestOf(wish), dryRun: true } })),
    onSuccess: () => setStep(Math.max(CHECK, step)),
    onError: () => setStep(COLUMNS)
  })
  // Who reloads the page after the check has it checked again, and is where he was.
  useEffect(() => {
    if (step >= CHECK) checking.mutate()
  }, [])
  const submitting = useMutation({
    mutationFn: () =>
      call((api) => api.batches.submit({ headers: { "idempotency-key": key }, payload: requestOf(wish) })),
    onSuccess: (submitted) => {
      sessionStorage.removeItem(KEPT)
      void queries.invalidateQueries()
      if (!("batch" in submitted) || !isAsForeseen(submitted)) return
      go(pathOfRecord({ kind: "batch", id: submitted.batch.id }) ?? "/batches")
    }
  })
  const submitted = submitting.data !== undefined && "batch" in submitting.data ? submitting.data : undefined
  const lines = wish.csv.split(/\r?\n/)
  const names = cellsOf(lines[0] ?? "", wish.separator)
  const missing = FIELDS.filter((field) => !OPTIONAL.has(field) && (wish.columns[field] ?? "") === "")
  const checked = checking.data !== undefined && "rejectedRows" in checking.data ? checking.data : undefined
  return (
    <>
      <PageHead
        note={
          <>
            <Link href="/batches">Batches</Link> · step {step + 1} of {steps.length}: {steps[step]}
          </>
        }
      >
        New batch
      </PageHead>
      {step === 0 ? (
        <section className="panel form" aria-label="File">
          <div
            className="field drop"
            onDragOver={(event) => event.preventDefault()}
            onDrop={(event) => {
              event.preventDefault()
              const [file] = event.dataTransfer.files
              if (file !== undefined) void file.text().then((text) => given(text, file.name))
            }}
          >
            <Head term="file" />
            <input
              type="file"
              aria-label="File"
              accept=".csv,.txt,.tsv,text/csv"
              onChange={({ target }) => {
                const file = target.files?.[0]
                if (file !== undefined) void file.text().then((text) => given(text, file.name))
              }}
            />
            <span className="faint">or drop it here</span>
          </div>
          <Field term="pasted">
            <textarea
              aria-label="Pasted rows"
              rows={6}
              value={wish.csv.length > 20_000 ? wish.csv.slice(0, 20_000) : wish.csv}
              readOnly={wish.csv.length > 20_000}
              placeholder={TEMPLATE}
              onChange={({ target }) => given(target.value, "")}
              spellCheck={false}
            />
          </Field>
          <p className="faint">
            {wish.csv === "" ? (
              <>
                The first line names the columns: <code>{TEMPLATE.trim()}</code>
              </>
            ) : (
              `${lines.filter((line) => line.trim() !== "").length - 1} rows below the line that names the columns.`
            )}
          </p>
          <div className="buttons">
            <button
              type="button"
              className="button primary"
              aria-disabled={wish.csv.trim() === ""}
              onClick={() => wish.csv.trim() !== "" && setStep(COLUMNS)}
            >
              Columns
            </button>
          </div>
        </section>
      ) : null}
      {step === COLUMNS ? (
        <section className="panel form" aria-label="Columns">
          <Choice
            term="template"
            label="Template"
            value={wish.template}
            options={[["", "none"], ...(templates?.items ?? []).map(({ name }) => [name, name] as const)]}
            onChoose={take}
          />
          {wish.template === "" ? null : (
            <ActionButton action={removeTemplate(wish.template)} className="button small" />
          )}
          <Choice
            term="separator"
            label="Separator"
            value={wish.separator}
            options={separators}
            onChoose={(separator) => change({ separator, columns: guessed(cellsOf(lines[0] ?? "", separator)) })}
          />
          <Choice
            term="decimalSign"
            label="Decimal sign"
            value={wish.decimal}
            options={[
              ["point", "point: 1.5"],
              ["comma", "comma: 1,5"]
            ]}
            onChoose={(decimal) => change({ decimal })}
          />
          <Choice
            term="dateOrder"
            label="Dates"
            value={wish.dates}
            options={[
              ["iso", "2026-11-20"],
              ["dmy", "20.11.2026"],
              ["mdy", "11/20/2026"]
            ]}
            onChoose={(dates) => change({ dates })}
          />
          <Field term="fileZone">
            <input
              aria-label="Zone of its times"
              value={wish.zone}
              maxLength={64}
              placeholder="Europe/Berlin"
              onChange={({ target }) => change({ zone: target.value })}
              autoComplete="off"
              spellCheck={false}
            />
          </Field>
          {FIELDS.map((field) => {
            const at = names.indexOf(wish.columns[field] ?? "")
            const samples = lines.slice(1, 1 + SAMPLES).map((line) => cellsOf(line, wish.separator)[at] ?? "")
            return (
              <Choice
                key={field}
                term="mapped"
                tail={`${field}${OPTIONAL.has(field) ? "" : " (needed)"}`}
                label={`Column of ${field}`}
                value={wish.columns[field] ?? ""}
                options={[["", "none"], ...names.map((name) => [name, name] as const)]}
                onChoose={(name) => change({ columns: { ...wish.columns, [field]: name } })}
              >
                <span className="faint">
                  <Foreign text={at < 0 ? "" : samples.filter((sample) => sample !== "").join(" · ")} />
                </span>
              </Choice>
            )
          })}
          <Choice
            term="account"
            label="Account"
            value={wish.account}
            options={[
              ...(accounts?.items.length === 1 ? [] : [["", "choose"] as const]),
              ...(accounts?.items.map(({ name }) => [name, name] as const) ?? [])
            ]}
            onChoose={(account) => change({ account })}
          />
          <Choice
            term="mode"
            label="Mode"
            value={wish.mode}
            options={[
              ["accumulate", "accumulate"],
              ["execute", "execute"]
            ]}
            onChoose={(mode) => change({ mode })}
          />
          <Field term="name">
            <input
              aria-label="Name"
              value={wish.name}
              maxLength={200}
              onChange={({ target }) => change({ name: target.value })}
              required
            />
          </Field>
          <Field term="saveTemplate" error={saving.error?.message}>
            <span className="buttons">
              <input
                aria-label="Name of the template"
                value={saveAs}
                maxLength={64}
                onChange={({ target }) => setSaveAs(target.value)}
                autoComplete="off"
              />
              <button
                type="button"
                className="button small"
                onClick={() => saveAs.trim() !== "" && !saving.isPending && saving.mutate()}
              >
                Keep as template
              </button>
              <span role="status">{saving.data === undefined ? "" : `${saving.data.name} is kept.`}</span>
            </span>
          </Field>
          {missing.length === 0 ? null : (
            <p className="tone-danger" role="alert">
              No column is {missing.join(", ")}.
            </p>
          )}
          {wish.name.trim() === "" ? <p className="tone-danger">The batch needs a name.</p> : null}
          {checking.error === null ? null : <Problem error={checking.error} />}
          <div className="buttons">
            <button type="button" className="button" onClick={() => setStep(0)}>
              Back
            </button>
            <button
              type="button"
              className="button primary"
              aria-disabled={missing.length > 0 || wish.name.trim() === "" || checking.isPending}
              onClick={() => missing.length === 0 && wish.name.trim() !== "" && checking.mutate()}
            >
              {checking.isPending ? "Checking…" : "Check"}
            </button>
          </div>
        </section>
      ) : null}
      {step >= CHECK && checked === undefined ? <p role="status">Checking…</p> : null}
      {step === CHECK && checked !== undefined ? (
        <section className="panel form" aria-label="Check">
          <BatchCheck of={checked} />
          <div className="buttons">
            <button type="button" className="button" onClick={() => setStep(checked.rejected === 0 ? COLUMNS : 0)}>
              {checked.rejected === 0 ? "Back" : "Fix the file"}
            </button>
            <button
              type="button"
              className="button primary"
              aria-disabled={tradesIn(checked) === 0}
              onClick={() => tradesIn(checked) > 0 && setStep(3)}
            >
              {checked.rejected === 0 ? "Go on" : "Submit only the good rows"}
            </button>
          </div>
        </section>
      ) : null}
      {submitted === undefined ? null : <SubmittedRows of={submitted} />}
      {step === 3 && checked !== undefined && submitted === undefined ? (
        <section className="panel form" aria-label="Submit">
          <p>
            Taken in{wish.account === "" ? "" : ` for ${wish.account}`}: {rowsIn(tradesIn(checked))},{" "}
            {wish.mode === "accumulate" ? "accumulated into whole lots" : "each sent as an order of its own"}.
            {checked.rejected === 0 ? "" : ` On record as rejected: ${rowsIn(checked.rejected)}.`}
          </p>
          {submitting.error === null ? null : <Problem error={submitting.error} />}
          <div className="buttons">
            <button type="button" className="button" onClick={() => setStep(COLUMNS)}>
              Back
            </button>
            <button
              type="button"
              className="button primary"
              aria-disabled={submitting.isPending}
              onClick={() => !submitting.isPending && submitting.mutate()}
            >
              {submitting.isPending ? "Sent, waiting for the record…" : `Submit ${rowsIn(tradesIn(checked))}`}
            </button>
          </div>
        </section>
      ) : null}
    </>
  )
}
