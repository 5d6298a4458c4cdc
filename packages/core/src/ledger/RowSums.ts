import { hash } from "node:crypto"
import type { Cell } from "../tables/Column.ts"
import { domainTables, type TableName } from "../tables/Table.ts"
import * as Books from "../books/Books.ts"
import { sha256 } from "../records/Payload.ts"

/**
 * What the rows of each journal come to: a sum of keyed hashes, the same in whatever order rows come, of which nothing but the sum is kept.
 * Who edits rows before the key is made cannot aim at it.
 */
export interface RowSums {
  /** A row that a journal gives. `isArchived`: retention dropped the bytes of this payload. */
  readonly given: (journal: string, table: TableName, cells: ReadonlyArray<Cell>, isArchived: boolean) => void
  /** A row that a table holds. */
  readonly stored: (journal: string, table: TableName, cells: ReadonlyArray<Cell>) => void
  /** The journals that give other rows than the tables hold. */
  readonly differing: () => ReadonlyArray<string>
}

const PARTS = 4

/** Bytes of a hash that are one part of a sum: as many as a number adds up exactly. */
const WIDTH = 6
const MODULUS = 2 ** (8 * WIDTH)

const payloadColumns = Object.keys(Books.tables.payloads.columns)
const BYTES = payloadColumns.indexOf("bytes")
const SHA256 = payloadColumns.indexOf("sha256")

const textOf = (cell: Cell | undefined): string => {
  if (typeof cell === "string") return JSON.stringify(cell)
  if (typeof cell === "number") return `${cell}`
  return cell === null || cell === undefined ? "-" : `x${Buffer.from(cell).toString("hex")}`
}

const rowText = (table: TableName, cells: ReadonlyArray<Cell>, bytes: string): string => {
  let text = `${domainTables.findIndex((each) => each === table)}`
  for (let i = 0; i < cells.length; i++) text += `,${table === "payloads" && i === BYTES ? bytes : textOf(cells[i])}`
  return text
}

/** No bytes at all: never had any, or retention dropped them. */
const NO_BYTES = "none"
const HASH_OF_NONE = sha256(new Uint8Array())

/** Sums of nothing, under a key of which nobody knew before. */
export const make = (key: string): RowSums => {
  const sums = new Map<string, Array<number>>()
  const move = (journal: string, text: string, sign: 1 | -1): void => {
    const digest = hash("sha256", key + text, "buffer")
    const sum = sums.get(journal) ?? Array.from({ length: PARTS }, () => 0)
    sums.set(journal, sum)
    for (let i = 0; i < PARTS; i++) {
      const part = (sum[i] ?? 0) + sign * digest.readUIntBE(i * WIDTH, WIDTH)
      sum[i] = part >= MODULUS ? part - MODULUS : part < 0 ? part + MODULUS : part
    }
  }
  return {
    given: (journal, table, cells, isArchived) => {
      const sha = cells[SHA256]
      const bytes = isArchived || sha === HASH_OF_NONE ? NO_BYTES : String(sha)
      move(journal, rowText(table, cells, bytes), 1)
    },
    stored: (journal, table, cells) => {
      const found = cells[BYTES]
      const isBytes = table === "payloads" && found instanceof Uint8Array
      const bytes = isBytes ? (found.length === 0 ? NO_BYTES : sha256(found)) : "no bytes"
      move(journal, rowText(table, cells, bytes), -1)
    },
    differing: () => [...sums].flatMap(([journal, sum]) => (sum.some((part) => part !== 0) ? [journal] : []))
  }
}
