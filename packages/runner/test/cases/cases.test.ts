import { describe, it } from "@effect/vitest"
import { assertRow } from "./Row.ts"
import type { Row } from "./Row.ts"
import { doubtRows } from "./doubts.ts"
import { fillRows } from "./fills.ts"
import { orderRows } from "./orders.ts"
import { positionRows } from "./positions.ts"
import { refusalRows } from "./refusals.ts"

const each = (rows: ReadonlyArray<Row>) =>
  rows.flatMap((row) => row.at.map((name) => ({ name, row, what: row.what, id: row.row })))

describe("a row of the case table at a broker, over its protocol; twice is once", () => {
  it.scopedLive.each(each(orderRows))("$id at $name: $what", ({ name, row }) => assertRow(name, row))
  it.scopedLive.each(each([...doubtRows, ...refusalRows]))("$id at $name: $what", ({ name, row }) =>
    assertRow(name, row)
  )
  it.scopedLive.each(each(positionRows))("$id at $name: $what", ({ name, row }) => assertRow(name, row))
  it.scopedLive.each(each(fillRows))("$id of fills at $name: $what", ({ name, row }) => assertRow(name, row))
})
