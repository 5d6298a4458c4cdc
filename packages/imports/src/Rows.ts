import type { ImportFileError } from "./ImportFileError.ts"
import type { Line } from "./Line.ts"
import type { Row } from "./TradeRow.ts"

/** What a line gives: a row, nothing yet, or the end of it all. */
export type Step = Row | ImportFileError | undefined

/** Makes rows of lines, in whatever way a format does. */
export interface Rows {
  readonly take: (line: Line) => Step
  readonly end: () => Step
}
