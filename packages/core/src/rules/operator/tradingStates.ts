import { Need } from "../../books/Need.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { Answered } from "../../records/CommandRecord.ts"
import type { Ticker } from "../../records/Ticker.ts"
import { changeTo, setText, type TradingState } from "../../records/TradingState.ts"
import { joinKey } from "../../tables/Table.ts"
import { closeHaltCase } from "../risk/ledgerHalts.ts"

/** What setting a state came to; it is never refused. */
type StateAnswer = Extract<Answered, { readonly _tag: "Done" }>

const done = (what: string): StateAnswer => ({ _tag: "Done", what })

/**
 * Sets the trading state of an account (`symbol` undefined) or of one of its symbols. `normal` ends a halt, and what stood before it only where
 * it `lifts`.
 */
export const setTradingState = (
  recorder: Recorder,
  symbol: Ticker | undefined,
  asked: TradingState,
  reason: string,
  lifts = false
): StateAnswer => {
  const { account, books, cause } = recorder
  const scope = { account, symbol: symbol ?? "" }
  const standing = (needed: Parameters<typeof Need.Control>[0]) => {
    recorder.need(Need.Control(needed))
    return books.controls.get(joinKey([needed.account, needed.symbol]))
  }
  const own = standing(scope)
  const change = changeTo(own, asked, lifts)
  const ofAccount = symbol === undefined ? undefined : standing({ account, symbol: "" })
  const binding = [standing({ account: "", symbol: "" }), ofAccount].filter((each) => each !== undefined)
  const unknown =
    symbol === undefined || isInBooks(recorder, symbol)
      ? ""
      : `; ${symbol} is not in the books of ${account}: applies once it is`
  const answer = done(`${setText({ ...scope, ...change }, binding)}${unknown}`)
  // What a person halts outlives the adoption of the account, which ends the ledger's own halt.
  if (change.before === change.state && own?.halt !== "NotAdopted") return answer
  if (change.state !== "halted" && change.before === "halted") closeHaltCase(recorder, symbol)
  recorder.emit({ _tag: "TradingStateSet", ...scope, state: change.state, reason, actor: cause.actor })
  if (symbol !== undefined) recorder.touch(symbol)
  return answer
}

const isInBooks = (recorder: Recorder, symbol: Ticker): boolean => {
  const { account, books } = recorder
  recorder.need(Need.Position({ account, symbol }))
  const key = joinKey([account, symbol])
  return books.positions.get(key) !== undefined || books.instruments.get(key) !== undefined
}

/** Sets the trading state of everything; positions are evaluated account by account after it. */
export const setGlobalTradingState = (
  recorder: Recorder,
  asked: TradingState,
  reason: string,
  lifts = false
): StateAnswer => {
  recorder.need(Need.Control({ account: "", symbol: "" }))
  const scope = { account: "", symbol: "" }
  const change = changeTo(recorder.books.controls.get(joinKey(["", ""])), asked, lifts)
  const answer = done(setText({ ...scope, ...change }, []))
  if (change.before === change.state) return answer
  recorder.emitForStore({ _tag: "TradingStateSet", ...scope, state: change.state, reason, actor: recorder.cause.actor })
  return answer
}
