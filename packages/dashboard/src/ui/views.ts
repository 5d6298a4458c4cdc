import { useSyncExternalStore } from "react"

/** A named address of a list: its filters. */
export interface View {
  readonly name: string
  readonly search: string
}

const placeOf = (list: string): string => `roundlot.views.${list}`

const isView = (value: unknown): value is View =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  typeof value.name === "string" &&
  "search" in value &&
  typeof value.search === "string"

const read = (list: string): ReadonlyArray<View> => {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(placeOf(list)) ?? "[]")
    return Array.isArray(kept) ? kept.filter(isView) : []
  } catch {
    return []
  }
}

const known = new Map<string, ReadonlyArray<View>>()
const watchers = new Set<() => void>()

const viewsOf = (list: string): ReadonlyArray<View> => {
  const found = known.get(list) ?? read(list)
  known.set(list, found)
  return found
}

const write = (list: string, views: ReadonlyArray<View>): void => {
  known.set(list, views)
  try {
    localStorage.setItem(placeOf(list), JSON.stringify(views))
  } catch {
    // Without a place to keep them, they hold for this page.
  }
  for (const each of watchers) each()
}

const watch = (changed: () => void): (() => void) => {
  watchers.add(changed)
  return () => watchers.delete(changed)
}

/** The views of a list that this browser keeps; the same name again takes its place. */
export const useViews = (list: string) => ({
  views: useSyncExternalStore(watch, () => viewsOf(list)),
  save: (view: View) => write(list, [...viewsOf(list).filter(({ name }) => name !== view.name), view]),
  remove: (name: string) =>
    write(
      list,
      viewsOf(list).filter((view) => view.name !== name)
    )
})
