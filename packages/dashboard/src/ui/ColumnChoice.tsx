import { glossary, type Term } from "../words/glossary.ts"
import { keptLists } from "./kept.ts"

const hidden = keptLists("roundlot.hidden.", (value): value is string => typeof value === "string")

/** The columns of a list that this browser does not show; a list always shows its first. */
export const useHidden = (list: string): ReadonlySet<string> => new Set(hidden.use(list))

interface ColumnChoiceProps {
  readonly list: string
  readonly terms: ReadonlyArray<Term>
}

/** Which columns of a list are shown: it is kept in this browser. */
export const ColumnChoice = ({ list, terms }: ColumnChoiceProps) => {
  const away = hidden.use(list)
  const choose = (term: Term, isShown: boolean): void =>
    hidden.write(list, isShown ? away.filter((each) => each !== term) : [...away, term])
  return (
    <details className="choice">
      <summary className="button quiet small">Columns</summary>
      <ul aria-label="Columns">
        {terms.slice(1).map((term) => (
          <li key={term}>
            <label title={glossary[term].help}>
              <input
                type="checkbox"
                checked={!away.includes(term)}
                onChange={({ target }) => choose(term, target.checked)}
              />{" "}
              {glossary[term].head}
            </label>
          </li>
        ))}
      </ul>
    </details>
  )
}
