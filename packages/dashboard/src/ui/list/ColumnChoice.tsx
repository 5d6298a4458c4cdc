import { useEffect } from "react"
import { glossary, type Term } from "../../words/glossary.ts"
import { useFilters } from "../parts/filters.ts"
import { keptLists } from "../parts/kept.ts"
import { texts } from "../../words/text/lists.ts"

const kept = keptLists("roundlot.hidden.", (value): value is string => typeof value === "string")

/** Which columns of a list are not shown, and a way to show one or not. */
export interface Chosen {
  readonly away: ReadonlyArray<string>
  readonly choose: (term: Term, isShown: boolean) => void
}

/**
 * The columns of a list: those that its address names, so that a link shows the same; where it names none, those that this browser
 * keeps, which are in the address from then on. A list always shows its first.
 */
export const useColumns = (list: string, terms: ReadonlyArray<Term>): Chosen => {
  const { get, set } = useFilters()
  const ours = kept.use(list)
  const named = get("cols")
  const away = named === "" ? ours : terms.slice(1).filter((term) => !named.split(",").includes(term))
  const addressOf = (hidden: ReadonlyArray<string>): string =>
    terms.some((term) => hidden.includes(term)) ? terms.filter((term) => !hidden.includes(term)).join(",") : ""
  useEffect(() => {
    const address = named === "" ? addressOf(ours) : ""
    if (address !== "") set("cols", address, { replace: true })
  })
  return {
    away,
    choose: (term, isShown) => {
      const hidden = isShown ? away.filter((each) => each !== term) : [...away, term]
      kept.write(list, hidden)
      set("cols", addressOf(hidden), { replace: true })
    }
  }
}

/** Which columns of a list are shown. */
export const ColumnChoice = ({ chosen, terms }: { readonly chosen: Chosen; readonly terms: ReadonlyArray<Term> }) => (
  <details className="choice">
    <summary className="button quiet small">{texts.columns}</summary>
    <ul aria-label={texts.columns}>
      {terms.slice(1).map((term) => (
        <li key={term}>
          <label title={glossary[term].help}>
            <input
              type="checkbox"
              checked={!chosen.away.includes(term)}
              onChange={({ target }) => chosen.choose(term, target.checked)}
            />{" "}
            {glossary[term].head}
          </label>
        </li>
      ))}
    </ul>
  </details>
)
