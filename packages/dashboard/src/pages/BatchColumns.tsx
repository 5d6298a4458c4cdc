import { useMutation } from "@tanstack/react-query"
import { batchModes } from "@roundlot/api/client"
import { useState } from "react"
import { queries } from "../api/asking.ts"
import { call } from "../api/calling.ts"
import { ProblemError } from "../api/problem.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import { removeTemplate } from "../ui/action/batches.ts"
import { cellsOf, FIELDS, guessed, namesIn, OPTIONAL, separators, TERMS } from "../ui/form/batchFile.ts"
import { policyOffered, termsOf, withTemplate, type Known, type Wish } from "../ui/form/batchWish.ts"
import { Choice, Field } from "../ui/parts/Field.tsx"
import { Foreign } from "../ui/parts/Figure.tsx"
import { PolicyFields } from "../ui/form/OrderTerms.tsx"
import { Problem } from "../ui/parts/Panel.tsx"
import { texts } from "../words/text/newBatch.ts"

const SAMPLES = 3

interface WishProps {
  readonly wish: Wish
  readonly onChange: (next: Partial<Wish>) => void
}

/** How the file is written. */
const DialectFields = ({ onChange, wish }: WishProps) => (
  <>
    <Choice
      term="separator"
      label={texts.separator}
      value={wish.separator}
      options={separators}
      onChoose={(separator) => onChange({ separator, columns: guessed(namesIn(wish.csv, separator)) })}
    />
    <Choice
      term="decimalSign"
      label={texts.decimalSign}
      value={wish.decimal}
      options={[
        ["point", texts.point],
        ["comma", texts.comma]
      ]}
      onChoose={(decimal) => onChange({ decimal })}
    />
    <Choice
      term="dateOrder"
      label={texts.dates}
      value={wish.dates}
      options={[
        ["iso", "2026-11-20"],
        ["dmy", "20.11.2026"],
        ["mdy", "11/20/2026"]
      ]}
      onChoose={(dates) => onChange({ dates })}
    />
    <Field term="fileZone">
      <input
        aria-label={texts.timeZone}
        value={wish.zone}
        maxLength={64}
        placeholder={texts.europeBerlin}
        onChange={({ target }) => onChange({ zone: target.value })}
        autoComplete="off"
        spellCheck={false}
      />
    </Field>
  </>
)

/** What the columns of the file mean; how rows are ordered is asked only where they are executed. */
const ColumnChoices = ({ onChange, wish }: WishProps) => {
  const names = namesIn(wish.csv, wish.separator)
  const rows = wish.csv.split(/\r?\n/, 1 + SAMPLES).slice(1)
  return (
    <>
      {[...FIELDS, ...(wish.mode === "execute" ? TERMS : [])].map((field) => {
        const at = names.indexOf(wish.columns[field] ?? "")
        const samples = rows.map((line) => cellsOf(line, wish.separator)[at] ?? "")
        return (
          <Choice
            key={field}
            term="mapped"
            tail={OPTIONAL.has(field) ? field : texts.requiredField({ field })}
            label={texts.column({ field })}
            value={wish.columns[field] ?? ""}
            options={[["", texts.noColumn], ...names.map((name) => [name, name] as const)]}
            onChoose={(name) => onChange({ columns: { ...wish.columns, [field]: name } })}
          >
            <span className="faint">
              <Foreign text={at < 0 ? "" : samples.filter((sample) => sample !== "").join(" · ")} />
            </span>
          </Choice>
        )
      })}
    </>
  )
}

/** Keeps how the file is submitted under a name, for the next one of the kind. */
const SaveTemplate = ({ of }: { readonly of: Wish }) => {
  const [saveAs, setSaveAs] = useState("")
  const saving = useMutation({
    mutationFn: () =>
      call((api) => api.batches.saveTemplate({ path: { name: saveAs.trim() }, headers: {}, payload: termsOf(of) })),
    onSuccess: () => queries.invalidateQueries()
  })
  return (
    <Field term="saveTemplate" error={saving.error?.message}>
      <span className="buttons">
        <input
          aria-label={texts.templateName}
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
          {texts.saveAsTemplate}
        </button>
        <span role="status">{saving.data === undefined ? "" : texts.templateSaved({ name: saving.data.name })}</span>
      </span>
    </Field>
  )
}

interface BatchColumnsProps extends WishProps {
  readonly known: Known
  readonly checking: { readonly error: Error | null; readonly isPending: boolean }
  readonly onBack: () => void
  readonly onCheck: () => void
}

/** The second step of a new batch: how the file is written, what its columns mean, and how its trades are ordered. */
export const BatchColumns = ({ checking, known, onBack, onChange, onCheck, wish }: BatchColumnsProps) => {
  const { accounts = [], templates } = known
  const offered = policyOffered(wish, known)
  const take = (template: string): void =>
    onChange(withTemplate(wish, template, templates?.find(({ name }) => name === template)?.terms))
  const errorOf = (name: string): string | undefined =>
    checking.error instanceof ProblemError && checking.error.field === name ? checking.error.message : undefined
  const isAtField = offered !== undefined && (errorOf("session") ?? errorOf("timeInForce")) !== undefined
  const isNamed = wish.name.trim() !== ""
  const missing = FIELDS.filter((field) => !OPTIONAL.has(field) && (wish.columns[field] ?? "") === "")
  const isReady = missing.length === 0 && isNamed && wish.mode !== ""
  return (
    <section className="panel form" aria-label={texts.columns}>
      <Choice
        term="template"
        label={texts.template}
        value={wish.template}
        options={[["", texts.noTemplate], ...(templates ?? []).map(({ name }) => [name, name] as const)]}
        onChoose={take}
      />
      {wish.template === "" ? null : <ActionButton action={removeTemplate(wish.template)} className="button small" />}
      <DialectFields wish={wish} onChange={onChange} />
      <ColumnChoices wish={wish} onChange={onChange} />
      <Choice
        term="account"
        label={texts.account}
        value={wish.account}
        options={[
          ...(accounts.length === 1 ? [] : [["", texts.choose] as const]),
          ...accounts.map(({ name }) => [name, name] as const)
        ]}
        onChoose={(account) => onChange({ account })}
      />
      <Choice
        term="mode"
        label={texts.mode}
        value={wish.mode}
        options={[["", texts.choose], ...batchModes.map((mode) => [mode, mode] as const)]}
        onChoose={(mode) => onChange({ mode })}
      />
      {offered === undefined ? null : <PolicyFields offered={offered} onChange={onChange} errorOf={errorOf} />}
      <Field term="name">
        <input
          aria-label={texts.name}
          value={wish.name}
          maxLength={200}
          onChange={({ target }) => onChange({ name: target.value })}
          required
        />
      </Field>
      <SaveTemplate of={wish} />
      {missing.length === 0 ? null : (
        <p className="tone-danger" role="alert">
          {texts.noColumnIs({ missing: missing.join(", ") })}
        </p>
      )}
      {wish.mode === "" ? <p className="tone-danger">{texts.modeIsMissing}</p> : null}
      {isNamed ? null : <p className="tone-danger">{texts.nameIsMissing}</p>}
      {checking.error === null || isAtField ? null : <Problem error={checking.error} />}
      <div className="buttons">
        <button type="button" className="button" onClick={onBack}>
          {texts.back}
        </button>
        <button
          type="button"
          className="button primary"
          aria-disabled={!isReady || checking.isPending}
          onClick={() => isReady && onCheck()}
        >
          {checking.isPending ? texts.checking : texts.check}
        </button>
      </div>
    </section>
  )
}
