/** A page of the navigation: where, its name, and the key after `g` that goes there. */
type PageLink = readonly [path: string, name: string, key: string]

/** The pages of the navigation, group by group. */
export const groups: ReadonlyArray<readonly [group: string, links: ReadonlyArray<PageLink>]> = [
  [
    "Now",
    [
      ["/", "Overview", "o"],
      ["/attention", "Attention", "i"]
    ]
  ],
  [
    "Books",
    [
      ["/positions", "Positions", "p"],
      ["/trades", "Trades", "t"],
      ["/orders", "Orders", "r"],
      ["/fills", "Fills", "f"],
      ["/decisions", "Decisions", "d"],
      ["/attempts", "Attempts", "a"]
    ]
  ],
  ["Work", [["/batches", "Batches", "b"]]],
  ["Record", [["/journal", "Journal", "j"]]],
  [
    "Run",
    [
      ["/ops", "Operations", "x"],
      ["/settings", "Settings", "s"]
    ]
  ]
]

/** All pages of the navigation. */
export const pages = groups.flatMap(([, links]) => links)

/** Whether a page of the navigation is where the address is. */
export const isAt = (path: string, at: string): boolean =>
  at === "/" ? path === "/" : path === at || path.startsWith(`${at}/`)
