import { Decimal, Instant } from "@roundlot/core"
import { Either } from "effect"
import { type Execution, type Options, parse, type Statement } from "../../src/statement/StatementFile.ts"
import type { Fault } from "../../src/statement/StatementUnreadable.ts"

/** An execution in a line. */
export const plainly = ({
  at,
  execId,
  fee,
  feeCurrency,
  line,
  orderId,
  price,
  quantity,
  side,
  symbol
}: Execution): string =>
  [
    line,
    execId ?? "-",
    orderId ?? "-",
    side,
    Decimal.format(quantity),
    symbol,
    "@",
    Decimal.format(price),
    ...(fee === undefined ? [] : ["fee", Decimal.format(fee), feeCurrency ?? "-"]),
    at === undefined ? "-" : Instant.format(at)
  ].join(" ")

/** What a text says, which is a statement. */
export const read = (text: string, options: Options = {}): Statement => Either.getOrThrow(parse(text, options))

/** Why a text is none. */
export const faultIn = (text: string, options: Options = {}): Fault =>
  Either.getOrThrow(Either.flip(parse(text, options)))
