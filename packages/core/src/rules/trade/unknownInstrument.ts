import { Need } from "../../books/Need.ts"
import { symbolKey } from "../../tables/Table.ts"
import type { Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"

/** Has the broker said that it has no such instrument? One that it was not asked about, or could not be, is not unknown. */
export const isUnknown = (recorder: Recorder, symbol: Ticker): boolean => {
  const { account, books } = recorder
  recorder.need(Need.Position({ account, symbol }))
  return books.instruments.get(symbolKey(account, symbol))?.status === "unknown"
}
