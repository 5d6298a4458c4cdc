import { useId } from "react"
import { Foreign } from "./Figure.tsx"

interface FaultyCellProps {
  readonly value: string
  /** What is wrong with it; absent: nothing is. */
  readonly error?: string | undefined
  /** Makes it editable. */
  readonly edit?: { readonly label: string; readonly onWrite: (text: string) => void } | undefined
}

/** A cell of a file with its error. */
export const FaultyCell = ({ edit, error, value }: FaultyCellProps) => {
  const id = useId()
  const tied = error === undefined ? {} : ({ "aria-invalid": true, "aria-describedby": id } as const)
  return (
    <span className="faulty">
      {edit === undefined ? (
        <Foreign text={value} />
      ) : (
        <input
          aria-label={edit.label}
          value={value}
          onChange={({ target }) => edit.onWrite(target.value)}
          autoComplete="off"
          spellCheck={false}
          {...tied}
        />
      )}
      {error === undefined ? null : (
        <span id={id} className="tone-danger">
          <Foreign text={error} />
        </span>
      )}
    </span>
  )
}
