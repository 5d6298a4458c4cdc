import type { KeyboardEvent } from "react"
import { useLocation } from "wouter"
import { openApart } from "../parts/asOf.ts"
import { along } from "./rowFocus.ts"
import type { useSelection } from "./Selection.tsx"
import { chosen } from "../parts/settings.ts"

/** Where the record of a row is; undefined of a row that has none. */
export type HrefOf<A> = (row: A) => string | undefined

interface Keyed<A extends object> {
  readonly shown: ReadonlyArray<A>
  readonly hrefOf: HrefOf<A> | undefined
  readonly selection: ReturnType<typeof useSelection<A>>
  /** Puts the focus on the row in a place. */
  readonly move: (to: number) => void
  readonly turnFrozen: () => void
}

/** What the keys do in a row of a table. */
export const useRowKeys = <A extends object>({ hrefOf, move, selection, shown, turnFrozen }: Keyed<A>) => {
  const [, go] = useLocation()
  const extend = (index: number, by: -1 | 1): void => {
    selection.add([shown[index], shown[index + by]].filter((row) => row !== undefined))
    move(index + by)
  }
  const lettersOf = (index: number, row: A): Readonly<Record<string, () => void>> => ({
    j: () => move(index + 1),
    k: () => move(index - 1),
    J: () => extend(index, 1),
    K: () => extend(index, -1),
    x: () => selection.turn(row),
    c: () => selection.copy(row),
    f: turnFrozen
  })
  const keysOf = (index: number, row: A, to: string | undefined): Readonly<Record<string, () => void>> => ({
    ArrowDown: () => move(index + 1),
    ArrowUp: () => move(index - 1),
    Home: () => move(0),
    End: () => move(shown.length - 1),
    ...(to === undefined ? {} : { Enter: () => go(to) }),
    ...(selection.count === 0 ? {} : { Escape: selection.clear }),
    ...(chosen().shortcuts ? lettersOf(index, row) : {})
  })
  return (event: KeyboardEvent<HTMLElement>, index: number): void => {
    const row = shown[index]
    if (row === undefined || event.altKey) return
    const isOnRow = event.target === event.currentTarget
    const to = hrefOf?.(row)
    if (event.ctrlKey || event.metaKey) {
      if (event.key !== "Enter" || to === undefined || !isOnRow) return
      openApart(to)
    } else if (!along(event)) {
      const doing = isOnRow ? keysOf(index, row, to)[event.key] : undefined
      if (doing === undefined) return
      doing()
    }
    event.preventDefault()
  }
}
