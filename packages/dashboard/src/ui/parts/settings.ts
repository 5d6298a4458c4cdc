import { useSyncExternalStore } from "react"

/** How high the rows of tables can be, in pixels. */
export const rowHeights = { compact: 28, normal: 36, relaxed: 40 } as const

/** What a browser keeps for whoever uses it. */
interface Settings {
  readonly theme: "system" | "light" | "dark"
  readonly density: keyof typeof rowHeights
  readonly utc: boolean
  readonly shortcuts: boolean
  /** Whether the browser tells of what needs a person while nobody looks. */
  readonly notify: boolean
}

const keep = (name: string, value: string): void => {
  try {
    localStorage.setItem(`roundlot.${name}`, value)
  } catch {
    // Without a place to keep it, it holds for this page.
  }
}

const kept = (name: string): string | null => {
  try {
    return localStorage.getItem(`roundlot.${name}`)
  } catch {
    return null
  }
}

const themeOf = (text: string | null): Settings["theme"] => (text === "light" || text === "dark" ? text : "system")

const densityOf = (text: string | null): Settings["density"] =>
  text === "compact" || text === "relaxed" ? text : "normal"

let settings: Settings = {
  theme: themeOf(kept("theme")),
  density: densityOf(kept("density")),
  utc: kept("utc") === "true",
  shortcuts: kept("shortcuts") !== "false",
  notify: kept("notify") === "true"
}
const watchers = new Set<() => void>()

/** Has the page look as this browser keeps it. */
export const show = (): void => {
  const { dataset, style } = document.documentElement
  if (settings.theme === "system") delete dataset["theme"]
  else dataset["theme"] = settings.theme
  style.setProperty("--row", `${rowHeights[settings.density]}px`)
}

/** Sets something that this browser keeps. */
export const choose = (next: Partial<Settings>): void => {
  settings = { ...settings, ...next }
  for (const [name, value] of Object.entries(next)) keep(name, String(value))
  show()
  for (const each of watchers) each()
}

/** Chooses the theme that is not shown now. */
export const turnTheme = (): void => choose({ theme: isDark() ? "light" : "dark" })

const isDark = (): boolean =>
  settings.theme === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : settings.theme === "dark"

const watch = (changed: () => void): (() => void) => {
  watchers.add(changed)
  return () => watchers.delete(changed)
}

/** What this browser keeps, now. */
export const chosen = (): Settings => settings

/** What this browser keeps. */
export const useSettings = (): Settings => useSyncExternalStore(watch, chosen)

// One tick a second for every age on screen together; none while the page is hidden.
let now = Date.now()
const ticking = new Set<() => void>()
setInterval(() => {
  if (document.hidden) return
  now = Date.now()
  for (const each of ticking) each()
}, 1000)

const onTick = (changed: () => void): (() => void) => {
  ticking.add(changed)
  return () => ticking.delete(changed)
}

/** The time, to the second, in milliseconds. */
export const useNow = (): number => useSyncExternalStore(onTick, () => now)
