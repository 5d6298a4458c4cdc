import { Documents } from "@roundlot/api"
import { Instant, type Trade } from "@roundlot/core"
import { Either, ParseResult, Schema } from "effect"
import { tradeRequest } from "@roundlot/commands"

const decode = Schema.decodeUnknownEither(Documents.SourceTrade, { onExcessProperty: "error" })

const shown = (error: ParseResult.ParseError): string => {
  const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
  return issue === undefined ? error.message : `${issue.path.map(String).join(".")}: ${issue.message}`
}

/** A trade of a source by the fields and checks of those that are handed over signed, or why it is none. */
export const readTrade =
  (source: string) =>
  (given: unknown): Either.Either<Trade.TradeInput, string> =>
    decode(given).pipe(
      Either.mapLeft(shown),
      Either.flatMap((trade) =>
        // It has an id and a time of its own: what is usual is never asked for.
        Either.mapLeft(
          tradeRequest.inputOf({ ...trade, source }, "", { id: trade.sourceId, now: Instant.make(0n) }),
          ({ detail }) => detail
        )
      )
    )
