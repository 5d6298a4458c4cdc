import { useState } from "react"
import { Link, useLocation, useSearch } from "wouter"
import { Field } from "../parts/Field.tsx"
import { texts } from "../../words/text/lists.ts"
import { keptLists } from "../parts/kept.ts"

/** The named addresses of a list, and a way to name the one that is looked at. */
export const SavedViews = ({ list }: { readonly list: string }) => {
  const [path] = useLocation()
  const search = useSearch()
  const { remove, save, views } = useViews(list)
  const [isNaming, setNaming] = useState(false)
  const [name, setName] = useState("")
  return (
    <nav className="views" aria-label={texts.savedViews}>
      {views.map((view) => (
        <span key={view.name} className="view">
          <Link href={`${path}?${view.search}`} aria-current={view.search === search ? "page" : undefined}>
            {view.name}
          </Link>
          <button type="button" aria-label={texts.deleteView({ view: view.name })} onClick={() => remove(view.name)}>
            ×
          </button>
        </span>
      ))}
      {isNaming ? (
        <form
          className="filter"
          onSubmit={(event) => {
            event.preventDefault()
            if (name.trim() === "") return
            save({ name: name.trim().slice(0, 40), search })
            setNaming(false)
            setName("")
          }}
        >
          <Field term="viewName">
            <input
              aria-label={texts.viewName}
              value={name}
              maxLength={40}
              onChange={({ target }) => setName(target.value)}
              autoComplete="off"
            />
          </Field>
          <button type="submit" className="button small">
            {texts.save}
          </button>
        </form>
      ) : search === "" ? null : (
        <button type="button" className="button quiet small" onClick={() => setNaming(true)}>
          {texts.saveView}
        </button>
      )}
    </nav>
  )
}

/** A named address of a list: its filters. */
interface View {
  readonly name: string
  readonly search: string
}

const isView = (value: unknown): value is View =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  typeof value.name === "string" &&
  "search" in value &&
  typeof value.search === "string"

const kept = keptLists("roundlot.views.", isView)

/** The views of a list that this browser keeps; the same name again takes its place. */
const useViews = (list: string) => ({
  views: kept.use(list),
  save: (view: View) => kept.write(list, [...kept.of(list).filter(({ name }) => name !== view.name), view]),
  remove: (name: string) =>
    kept.write(
      list,
      kept.of(list).filter((view) => view.name !== name)
    )
})
