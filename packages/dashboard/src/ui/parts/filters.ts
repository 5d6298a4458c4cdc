import { useSearch } from "wouter"
import { useBrowserLocation } from "wouter/use-browser-location"

/** The filters of a page: they are its address, so that a link shows the same rows and Back undoes a filter. */
export const useFilters = () => {
  // Not as one goes from page to page: what is taken out of the address stays out of it.
  const [path, go] = useBrowserLocation()
  const search = useSearch()
  const params = new URLSearchParams(search)
  const setAll = (values: Readonly<Record<string, string>>, how?: { readonly replace: boolean }): void => {
    const next = new URLSearchParams(search)
    for (const [name, value] of Object.entries(values)) {
      if (value === "") next.delete(name)
      else next.set(name, value)
    }
    const text = next.toString()
    go(text === "" ? path : `${path}?${text}`, how)
  }
  const set = (name: string, value: string, how?: { readonly replace: boolean }): void => setAll({ [name]: value }, how)
  const clear = (names: ReadonlyArray<string>): void => {
    const next = new URLSearchParams(search)
    for (const name of names) next.delete(name)
    const text = next.toString()
    go(text === "" ? path : `${path}?${text}`)
  }
  return { get: (name: string): string => params.get(name) ?? "", set, setAll, clear }
}
