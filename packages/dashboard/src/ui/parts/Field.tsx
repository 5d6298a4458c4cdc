import { useId, type ReactNode } from "react"
import type { Term } from "../../words/glossary.ts"
import { Head } from "./Help.tsx"

/** What ties a field to the words that say what is wrong with it. */
interface Tied {
  readonly "aria-invalid"?: true
  readonly "aria-describedby"?: string
}

interface FieldProps {
  readonly term: Term
  readonly tail?: string | undefined
  /** Errors with what was given. */
  readonly error?: string | undefined
  readonly children: ReactNode | ((tied: Tied) => ReactNode)
}

/** A field of a form: its head, which explains it, and what is wrong with it. */
export const Field = ({ children, error, tail, term }: FieldProps) => {
  const id = useId()
  const tied: Tied = error === undefined ? {} : { "aria-invalid": true, "aria-describedby": id }
  return (
    <div className="field">
      <Head term={term} tail={tail} />
      {typeof children === "function" ? children(tied) : children}
      {error === undefined ? null : (
        <span id={id} className="tone-danger" role="alert" aria-live="polite">
          {error}
        </span>
      )}
    </div>
  )
}

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
    {(tied) => (
      <>
        <select
          aria-label={label}
          value={value}
          onChange={({ target }) => {
            const chosen = options.find(([each]) => each === target.value)
            if (chosen !== undefined) onChoose(chosen[0])
          }}
          {...tied}
        >
          {options.map(([each, word]) => (
            <option key={each} value={each}>
              {word}
            </option>
          ))}
        </select>
        {children}
      </>
    )}
  </Field>
)

interface WrittenProps extends Omit<FieldProps, "children"> {
  readonly label: string
  readonly value: string
  readonly onWrite: (text: string) => void
  readonly inputMode?: "decimal"
  readonly required?: boolean
}

/** A field whose value is written. */
export const Written = ({ inputMode, label, onWrite, required, value, ...field }: WrittenProps) => (
  <Field {...field}>
    {(tied) => (
      <input
        aria-label={label}
        inputMode={inputMode}
        value={value}
        onChange={({ target }) => onWrite(target.value)}
        required={required}
        autoComplete="off"
        spellCheck={false}
        {...tied}
      />
    )}
  </Field>
)
