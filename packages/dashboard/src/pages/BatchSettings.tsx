import { useMutation } from "@tanstack/react-query"
import { batchModes } from "@roundlot/api/client"
import { useState } from "react"
import { queries } from "../api/asking.ts"
import { call } from "../api/calling.ts"
import { ProblemError } from "../api/problem.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import { removeTemplate } from "../ui/action/batches.ts"
import { cellsOf, FIELDS, guessed, headerOf, namesIn, OPTIONAL, separators, TERMS } from "../ui/form/batchFile.ts"
import { policyOffered, termsOf, withTemplate, type Known, type Wish } from "../ui/form/batchWish.ts"
import { Choice, Field } from "../ui/parts/Field.tsx"
import { Foreign } from "../ui/parts/Figure.tsx"
import { PolicyFields } from "../ui/form/OrderTerms.tsx"
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
        ["", texts.detect],
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
        ["", texts.detect],
        ["iso", "2026-11-20"],
        ["dmy", "20.11.2026"],
        ["mdy", "11/20/2026"]
      ]}
      onChoose={(dates) => onChange({ dates })}
    />
    <ZoneField key={wish.zone} zone={wish.zone} onChange={(zone) => onChange({ zone })} />
  </>
)

interface ZoneProps {
  readonly zone: string
  readonly onChange: (zone: string) => void
}

/** The zone of times that name none; taken once it is written. */
const ZoneField = ({ onChange, zone }: ZoneProps) => {
  const [text, setText] = useState(zone)
  const take = (): void => {
    if (text !== zone) onChange(text)
  }
  return (
    <Field term="fileZone">
      <input
        aria-label={texts.timeZone}
        value={text}
        maxLength={64}
        placeholder={texts.europeBerlin}
        onChange={({ target }) => setText(target.value)}
        onBlur={take}
        onKeyDown={({ key }) => key === "Enter" && take()}
        autoComplete="off"
        spellCheck={false}
      />
    </Field>
  )
}

/** What the columns of the file mean; how rows are ordered is not asked where they accumulate. */
const ColumnChoices = ({ onChange, wish }: WishProps) => {
  const names = namesIn(wish.csv, wish.separator)
  const header = headerOf(wish.csv, wish.separator)
  const rows = wish.csv.split(/\r?\n/, header + 1 + SAMPLES).slice(header + 1)
  return (
    <>
      {[...FIELDS, ...(wish.mode !== "accumulate" ? TERMS : [])].map((field) => {
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

interface BatchSettingsProps extends WishProps {
  readonly known: Known
  /** Why it could not be checked. */
  readonly error: Error | null
  /** What is still to be said, by field. */
  readonly missing: ReadonlyArray<string>
}

/** What is read and how, in one line. */
const summaryOf = ({ account, columns, mode }: Wish, { accounts = [] }: Known): string => {
  const read = Object.entries(columns).flatMap(([field, name]) =>
    name === "" ? [] : [field === name ? field : `${field} = ${name}`]
  )
  const owner = account === "" && accounts.length === 1 ? accounts[0]?.name : account
  return [read.join(", "), mode, owner].filter((part) => part !== "" && part !== undefined).join(" · ")
}

/** How the file is read and how its trades are ordered: folded unless something is missing. */
export const BatchSettings = ({ error, known, missing, onChange, wish }: BatchSettingsProps) => {
  const [isOpen, setIsOpen] = useState(false)
  const isForced = missing.length > 0 || (error !== null && !isOfMode(error))
  return (
    <details
      className="well"
      open={isOpen || isForced}
      onToggle={({ currentTarget }) => isForced || setIsOpen(currentTarget.open)}
    >
      <summary>{texts.settings({ summary: summaryOf(wish, known) })}</summary>
      <SettingFields error={error} known={known} onChange={onChange} wish={wish} />
      {missing.length === 0 ? null : (
        <p className="tone-danger" role="alert">
          {texts.settingsMissing({ missing: missing.join(", ") })}
        </p>
      )}
    </details>
  )
}

/** Is it the mode that has to be named? */
export const isOfMode = (error: Error | null): boolean => error instanceof ProblemError && error.field === "mode"

const SettingFields = ({ error, known, onChange, wish }: Omit<BatchSettingsProps, "missing">) => {
  const { accounts = [], templates } = known
  const offered = policyOffered(wish, known)
  const take = (template: string): void =>
    onChange(withTemplate(wish, template, templates?.find(({ name }) => name === template)?.terms))
  const errorOf = (name: string): string | undefined =>
    error instanceof ProblemError && error.field === name ? error.message : undefined
  return (
    <>
      <Choice
        term="template"
        label={texts.template}
        value={wish.template}
        options={[["", texts.noTemplate], ...(templates ?? []).map(({ name }) => [name, name] as const)]}
        onChoose={take}
      />
      {wish.template === "" ? null : <ActionButton action={removeTemplate(wish.template)} className="button small" />}
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
        options={[["", texts.usualMode], ...batchModes.map((mode) => [mode, mode] as const)]}
        onChoose={(mode) => onChange({ mode })}
      />
      <ColumnChoices wish={wish} onChange={onChange} />
      <DialectFields wish={wish} onChange={onChange} />
      {offered === undefined ? null : <PolicyFields offered={offered} onChange={onChange} errorOf={errorOf} />}
      <SaveTemplate of={wish} />
    </>
  )
}
