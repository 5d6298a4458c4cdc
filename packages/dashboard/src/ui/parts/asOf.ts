import { useSearch, type BaseLocationHook } from "wouter"
import { useBrowserLocation } from "wouter/use-browser-location"
import type { Past } from "../../api/records.ts"

const ASKED = "asOf"

const pastIn = (search: string): string => new URLSearchParams(search).get(ASKED) ?? ""

/** What goes on from page to page: whose records are looked at, and of which moment. */
const KEPT = ["account", ASKED]

/** The way to a list of all accounts, whichever is looked at: a figure of all of them leads to all its rows. */
export const ofAllAccounts = (to: string): string => `${to}${to.includes("?") ? "&" : "?"}account=`

/** An address that keeps what the page looks at of this, unless it names another itself: an empty one is none. */
export const carried = (to: string): string => {
  if (!to.startsWith("/")) return to
  const here = new URLSearchParams(location.search)
  const next = new URL(to, location.origin)
  for (const name of KEPT) {
    const value = here.get(name)
    if (value !== null && !next.searchParams.has(name)) next.searchParams.set(name, value)
    if (next.searchParams.get(name) === "") next.searchParams.delete(name)
  }
  return next.pathname + next.search + next.hash
}

/** Where the page is; who goes on while he looks at the past, or at one account, stays there. */
export const useKeepingView: BaseLocationHook = () => {
  // A link that is copied, or opened in another tab, says what is looked at: it is written again where that changes.
  useSearch()
  const [path, go] = useBrowserLocation()
  return [path, (to, options) => go(carried(to), options)]
}

/** Opens an address in a tab of its own, which looks at the same. */
export const openApart = (to: string): void => void window.open(carried(to), "_blank", "noopener")

/** The moment that is looked at: a time, or a position of the feed; empty where it is now. */
export const useAsOf = (): string => pastIn(useSearch())

/** What a read of a moment asks for beside the rest. */
export const momentOf = (asOf: string): Past => (asOf === "" ? {} : { asOf })

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
