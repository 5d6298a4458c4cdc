import { useLocation, useSearch } from "wouter"

/** The filters of a page: they are its address, so that a link shows the same rows and Back undoes a filter. */
export const useFilters = () => {
  const [path, go] = useLocation()
  const search = useSearch()
  const params = new URLSearchParams(search)
  const set = (name: string, value: string): void => {
    const next = new URLSearchParams(search)
    if (value === "") next.delete(name)
    else next.set(name, value)
    const text = next.toString()
    go(text === "" ? path : `${path}?${text}`)
  }
  const clear = (names: ReadonlyArray<string>): void => {
    const next = new URLSearchParams(search)
    for (const name of names) next.delete(name)
    const text = next.toString()
    go(text === "" ? path : `${path}?${text}`)
  }
  return { get: (name: string): string => params.get(name) ?? "", set, clear }
}
