import type { Cell } from "./Column.ts"

/**
 * Values under several cells each: a map for every cell but the last, so that no text is put together for a question. The cell that
 * tells most apart comes last; what comes before it are few (accounts, sources), and stays when the values under it are gone.
 */
export class Nest<V> {
  readonly #within = new Map<Cell, Nest<V>>()
  readonly #values = new Map<Cell, V>()

  /** The value under these cells. */
  get(cells: ReadonlyArray<Cell>, from = 0): V | undefined {
    const cell = cells[from] ?? null
    return from >= cells.length - 1 ? this.#values.get(cell) : this.#within.get(cell)?.get(cells, from + 1)
  }

  /** Sets the value under these cells. */
  set(cells: ReadonlyArray<Cell>, value: V, from = 0): void {
    const cell = cells[from] ?? null
    if (from >= cells.length - 1) this.#values.set(cell, value)
    else this.#inner(cell).set(cells, value, from + 1)
  }

  /** Forgets the value under these cells. */
  delete(cells: ReadonlyArray<Cell>, from = 0): void {
    const cell = cells[from] ?? null
    if (from >= cells.length - 1) this.#values.delete(cell)
    else this.#within.get(cell)?.delete(cells, from + 1)
  }

  /** How many values there are. */
  get size(): number {
    let size = this.#values.size
    for (const inner of this.#within.values()) size += inner.size
    return size
  }

  #inner(cell: Cell): Nest<V> {
    const known = this.#within.get(cell)
    if (known !== undefined) return known
    const made = new Nest<V>()
    this.#within.set(cell, made)
    return made
  }
}
