import type { ReactNode } from "react"
import type { Term } from "../words/glossary.ts"
import { Head } from "./Help.tsx"

interface FieldProps {
  readonly term: Term
  readonly tail?: string | undefined
  /** What is wrong with what was given. */
  readonly error?: string | undefined
  readonly children: ReactNode
}

/** A field of a form: its head, which explains it, and what is wrong with it. */
export const Field = ({ children, error, tail, term }: FieldProps) => (
  <div className="field">
    <Head term={term} tail={tail} />
    {children}
    {error === undefined ? null : (
      <span className="tone-danger" role="alert" aria-live="polite">
        {error}
      </span>
    )}
  </div>
)

interface ChoiceProps<V extends string> extends Omit<FieldProps, "children"> {
  readonly label: string
  readonly value: string
  readonly options: ReadonlyArray<readonly [value: V, word: string]>
  readonly onChoose: (value: V) => void
  readonly children?: ReactNode
}

/** A field whose value is one of a few. */
export const Choice = <V extends string>({ children, label, onChoose, options, value, ...field }: ChoiceProps<V>) => (
  <Field {...field}>
    <select
      aria-label={label}
      value={value}
      onChange={({ target }) => {
        const chosen = options.find(([each]) => each === target.value)
        if (chosen !== undefined) onChoose(chosen[0])
      }}
    >
      {options.map(([each, word]) => (
        <option key={each} value={each}>
          {word}
        </option>
      ))}
    </select>
    {children}
  </Field>
)
