import { useSyncExternalStore } from "react"

const narrow = matchMedia("(max-width: 480px)")

const watch = (changed: () => void): (() => void) => {
  narrow.addEventListener("change", changed)
  return () => narrow.removeEventListener("change", changed)
}

/** Is the screen as narrow as a phone's, by its size or by zoom? */
export const usePhone = (): boolean => useSyncExternalStore(watch, () => narrow.matches)
