import { type Documents, Problem } from "@roundlot/api"
import { Instant, type Trade } from "@roundlot/core"
import { Id } from "@roundlot/core/adapter"
import { type intake } from "@roundlot/core/ledger"
import { TradeImport, TradeRow } from "@roundlot/imports"
import { Either } from "effect"
import * as instruction from "./instruction.ts"

const NAMES: { readonly [F in TradeRow.Field]: string } = {
  source_id: "sourceId",
  timestamp: "tradedAt",
  symbol: "symbol",
  side: "side",
  quantity: "quantity",
  price: "price",
  owner: "owner",
  limit_price: "direct.limitPrice",
  stop_price: "direct.stopPrice",
  time_in_force: "direct.timeInForce",
  good_till: "direct.goodTill",
  session: "direct.session"
}

const INSTRUCTION: instruction.Names = {
  type: "direct.type",
  limitPrice: "direct.limitPrice",
  stopPrice: "direct.stopPrice",
  timeInForce: "direct.timeInForce",
  goodTill: "direct.goodTill",
  session: "direct.session"
}

const SOURCE = "api"

/** How it is ordered is said apart from the row. */
const unsaid = { limit_price: "", stop_price: "", time_in_force: "", good_till: "", session: "" }

/** What an absent id and time are taken for. */
interface Usual {
  readonly id: string
  readonly now: Instant.Instant
}

/** A trade of a request, read like a row of a file: the same numbers are refused, in the same words. */
export const inputOf = (
  request: Documents.TradeRequest,
  at: string,
  { id, now }: Usual
): Either.Either<Trade.TradeInput, Problem.Failure<"BadRequest">> => {
  const cells = {
    source_id: request.sourceId ?? id,
    timestamp: request.tradedAt ?? Instant.format(now),
    symbol: request.symbol,
    side: request.side,
    quantity: request.quantity,
    price: request.price ?? "",
    owner: request.owner ?? "",
    ...unsaid
  }
  const cell = (field: TradeRow.Field) => Either.right(cells[field])
  const row = TradeRow.read(
    { line: 1, raw: "", cell, columnName: (field) => `${at}${NAMES[field]}` },
    { source: request.source ?? SOURCE, identity: ["source_id"] }
  )
  if (row._tag === "Bad") return Either.left(Problem.failures.badRequest(TradeImport.complaint(row), row.column))
  const { direct } = request
  const input = { ...row.input, isTimeAssumed: request.tradedAt === undefined }
  if (direct === undefined) return Either.right(input)
  const asked = {
    type: direct.type,
    limitPrice: direct.limitPrice ?? undefined,
    stopPrice: direct.stopPrice ?? undefined,
    timeInForce: direct.timeInForce,
    goodTill: direct.goodTill ?? undefined,
    session: direct.session
  }
  return Either.mapBoth(instruction.read(asked, INSTRUCTION), {
    onLeft: ({ field, problem }) => Problem.failures.badRequest(`${at}${problem}`, `${at}${field ?? "direct"}`),
    onRight: (terms) => ({ ...input, direct: terms })
  })
}

/** What became of a trade, as a caller is told. */
export const takenOf = (result: intake.IntakeResult): Documents.TakenDocument => {
  const why = result._tag === "Conflict" ? result.why : result._tag === "Quarantined" ? result.reason : null
  const outcomes = {
    Accepted: "accepted",
    Duplicate: "duplicate",
    Conflict: "conflict",
    Quarantined: "quarantined",
    Recorded: "recorded"
  } as const
  return { id: Id.format("trade", result.tradeId), outcome: outcomes[result._tag], why }
}
