import { keptLists } from "../parts/kept.ts"

/** A named address of a list: its filters. */
export interface View {
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
export const useViews = (list: string) => ({
  views: kept.use(list),
  save: (view: View) => kept.write(list, [...kept.of(list).filter(({ name }) => name !== view.name), view]),
  remove: (name: string) =>
    kept.write(
      list,
      kept.of(list).filter((view) => view.name !== name)
    )
})
