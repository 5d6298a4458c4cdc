import { texts } from "../../words/text/frame.ts"

/** A page of the navigation: where, its name, and the key after `g` that goes there. */
type PageLink = readonly [path: string, name: string, key: string]

/** How each page of the navigation is drawn, in a square of 16. */
const drawings: Readonly<Record<string, string>> = {
  "/": "M2 8.5 8 3l6 5.5M3.8 7.5V13h8.4V7.5",
  "/attention": "M2.5 9.2V13h11V9.2L11.6 3H4.4zM2.5 9.2h3.2l.9 1.6h2.8l.9-1.6h3.2",
  "/positions": "M8 2v12M2.5 5h11M4.5 5 2.3 9.6h4.4zM11.5 5 9.3 9.6h4.4z",
  "/profit": "M2.5 13.5h11M4 11V8.5M7 11V5.5M10 11V7M13 11V3",
  "/trades": "M2.5 5.5h10m0 0L9.8 2.8m2.7 2.7L9.8 8.2M13.5 11h-10m0 0 2.7-2.7M3.5 11l2.7 2.7",
  "/orders": "M3 2.5h10v11H3zM5.5 6h5M5.5 8.5h5M5.5 11h3",
  "/fills": "M3 8.5 6.5 12 13 4.5",
  "/decisions": "M3 3v3.5a2 2 0 0 0 2 2h8M13 8.5 10.5 6M13 8.5 10.5 11M3 6.5V13",
  "/attempts": "M2.5 8h10M9 4.5 12.5 8 9 11.5M2.5 4.5v7",
  "/batches": "M8 2 14 5 8 8 2 5zM2 8l6 3 6-3M2 11l6 3 6-3",
  "/journal": "M4 2.5h9v11H4a1.5 1.5 0 0 1 0-3h9M4 2.5a1.5 1.5 0 0 0-1.5 1.5v8",
  "/audit": "M8 2l5 2v4c0 3-2.2 5.2-5 6-2.8-.8-5-3-5-6V4zM5.6 8l1.7 1.7 3.2-3.4",
  "/ops": "M3 4h3m3 0h4M3 8h6m3 0h1M3 12h1m3 0h6M6 2.5v3M9 6.5v3M4 10.5v3",
  "/settings":
    "M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM8 2v1.5M8 12.5V14M2 8h1.5M12.5 8H14M3.8 3.8l1 1M11.2 11.2l1 1M12.2 3.8l-1 1M4.8 11.2l-1 1"
}

/** The outline of a page's icon. */
export const drawingOf = (path: string): string => drawings[path] ?? ""

/** The pages of the navigation, group by group. */
export const groups: ReadonlyArray<readonly [group: string, links: ReadonlyArray<PageLink>]> = [
  [
    texts.now,
    [
      ["/", texts.overview, "o"],
      ["/attention", texts.attention, "i"]
    ]
  ],
  [
    texts.books,
    [
      ["/positions", texts.positions, "p"],
      ["/profit", texts.profit, "l"],
      ["/trades", texts.trades, "t"],
      ["/orders", texts.orders, "r"],
      ["/fills", texts.fills, "f"],
      ["/decisions", texts.decisions, "d"],
      ["/attempts", texts.attempts, "a"]
    ]
  ],
  [texts.work, [["/batches", texts.batches, "b"]]],
  [
    texts.record,
    [
      ["/journal", texts.journal, "j"],
      ["/audit", texts.audit, "u"]
    ]
  ],
  [
    texts.run,
    [
      ["/ops", texts.operations, "x"],
      ["/settings", texts.settings, "s"]
    ]
  ]
]

/** All pages of the navigation. */
export const pages = groups.flatMap(([, links]) => links)

const bottom: ReadonlySet<string> = new Set(["/", "/attention", "/orders", "/batches", "/settings"])

/** The pages that the bar at the bottom of a phone leads to; its settings list the others. */
export const onBottom = pages.filter(([to]) => bottom.has(to))

/** The pages that a phone's bar has no room for. */
export const behindMore = pages.filter(([to]) => !bottom.has(to))

/** Whether a page of the navigation is where the address is. */
export const isAt = (path: string, at: string): boolean =>
  at === "/" ? path === "/" : path === at || path.startsWith(`${at}/`)

/** What pages are called that are no record. */
const titles: Readonly<Record<string, string>> = {
  "/trades/new": texts.newTrade,
  "/decisions/new": texts.newDecision,
  "/batches/new": texts.newBatch,
  "/profit/slippage": texts.slippage,
  "/ops/reconcile": texts.booksVsBroker,
  "/ops/jobs": texts.jobs
}

const WHY = "/why/"

/** What a tab is called: the record first, `O5 · Orders` and `AAPL on paper · Positions`, then the page of the navigation. */
export const titleAt = (path: string): string => {
  if (path.startsWith(WHY)) return texts.whyOf({ id: path.slice(WHY.length) })
  const page = pages.find(([at]) => isAt(path, at))
  if (page === undefined) return "Roundlot"
  const [at, name] = page
  const below = path
    .slice(at.length)
    .split("/")
    .filter((part) => part !== "")
  const [first, second] = below.map((part) => {
    try {
      return decodeURIComponent(part)
    } catch {
      return part
    }
  })
  if (first === undefined) return name
  const own = titles[path]
  if (own !== undefined) return `${own} · ${name}`
  if (at === "/journal" && second !== undefined) return `${first}/${second} · ${name}`
  if (at === "/ops" && second !== undefined) return `${second} · ${name}`
  return `${(at === "/positions" || at === "/profit") && second !== undefined ? texts.symbolOnAccount({ symbol: second, account: first }) : first} · ${name}`
}

/** What a page is called before it has come: the page of the navigation that it is under. */
export const nameAt = (path: string): string => pages.find(([at]) => isAt(path, at))?.[1] ?? "Roundlot"
