import { shown } from "@roundlot/api/text"
import { Decimal } from "@roundlot/core"
import { type Contents, digestOf, type Execution, type UnreadRow } from "./Statement.ts"

/** Longer than any broker's id. */
const MOST_CHARACTERS = 200
const MOST_OF_REASON = 400
const NO_NAME = /[\p{Cc}\p{Cs}]/u

const isName = (text: string | undefined): boolean =>
  text === undefined || (text.length <= MOST_CHARACTERS && !NO_NAME.test(text))

/** STMT-4: a row whose ids or symbol no store could keep as they are, such as one with control characters, cannot be read. */
export const keepable = (contents: Contents): Contents => {
  const judged = contents.executions.map((row) => ({ row, fault: faultOf(row) }))
  return {
    ...contents,
    executions: judged.flatMap(({ fault, row }) => (fault === undefined ? [row] : [])),
    unread: [
      ...contents.unread.map((row) => ({ ...row, reason: shown(row.reason, MOST_OF_REASON) })),
      ...judged.flatMap(({ fault, row }) => (fault === undefined ? [] : [unreadOf(row, fault)]))
    ].map((row) => (isName(row.execId) ? row : { ...row, execId: undefined }))
  }
}

const unreadOf = (row: Execution, reason: string): UnreadRow => {
  const { at, execId, item, line, orderId, price, quantity, side, symbol } = row
  const figures = [side, Decimal.format(quantity), Decimal.format(price), String(at)]
  return { line, item, execId, reason, digest: digestOf(execId, orderId, symbol, figures) }
}

const faultOf = ({ execId, feeCurrency, orderId, symbol }: Execution): string | undefined => {
  const [fault] = Object.entries({
    symbol,
    "order id": orderId,
    "execution id": execId,
    "fee currency": feeCurrency
  }).flatMap(([name, text]) => (text === undefined || isName(text) ? [] : [{ name, text }]))
  return (
    fault && `${fault.name} "${shown(fault.text)}" has control characters, or more than ${MOST_CHARACTERS} characters`
  )
}
