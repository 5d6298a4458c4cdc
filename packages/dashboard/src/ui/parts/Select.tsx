import { glossary, type Term } from "../../words/glossary.ts"
import { Head } from "./Help.tsx"

interface SelectProps {
  readonly term: Term
  readonly value: string
  readonly options: ReadonlyArray<readonly [value: string, word: string]>
  readonly onChoose: (value: string) => void
}

/** A filter whose value is one of a few, beside its head. */
export const Select = ({ onChoose, options, term, value }: SelectProps) => (
  <div className="filter">
    <Head term={term} />
    <select aria-label={glossary[term].head} value={value} onChange={({ target }) => onChoose(target.value)}>
      {options.map(([each, word]) => (
        <option key={each} value={each}>
          {word}
        </option>
      ))}
    </select>
  </div>
)
