import { useSearch, type BaseLocationHook } from "wouter"
import { useBrowserLocation } from "wouter/use-browser-location"

const ASKED = "asOf"

const pastIn = (search: string): string => new URLSearchParams(search).get(ASKED) ?? ""

/** An address that keeps looking at the moment that the page looks at, unless it names another one itself. */
const carried = (to: string): string => {
  const past = pastIn(location.search)
  if (past === "" || to.includes(`${ASKED}=`) || !to.startsWith("/")) return to
  return `${to}${to.includes("?") ? "&" : "?"}${ASKED}=${encodeURIComponent(past)}`
}

/** Where the page is; who goes on while he looks at the past stays in it. */
export const useKeepingMoment: BaseLocationHook = () => {
  const [path, go] = useBrowserLocation()
  return [path, (to, options) => go(carried(to), options)]
}

/** The moment that is looked at: a time, or a position of the feed; empty where it is now. */
export const useAsOf = (): string => pastIn(useSearch())

/** What a read of a moment asks for beside the rest. */
export const momentOf = (asOf: string): { readonly asOf?: string } => (asOf === "" ? {} : { asOf })

/** Looks at another moment on the same page; an empty one is now. */
export const useLookAt = (): ((moment: string) => void) => {
  const [path, go] = useBrowserLocation()
  const search = useSearch()
  return (moment) => {
    const next = new URLSearchParams(search)
    if (moment === "") next.delete(ASKED)
    else next.set(ASKED, moment)
    const text = next.toString()
    go(text === "" ? path : `${path}?${text}`)
  }
}
