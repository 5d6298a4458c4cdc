import { Fill, Quantity } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import type { Command } from "@roundlot/core/ledger"
import { criteria, errors } from "@roundlot/queries"
import { Effect, Either, Schema } from "effect"
import { recordOf } from "./verdicts.ts"

/** A tax lot as it is written: the fill that opened it, `F1`, and shares. */
export interface WrittenLot {
  readonly openedBy: string
  readonly quantity: string
}

/** LOT-13: the command that identifies the lots of a fill as they were written, and the fill's account. */
export const identifying = (
  fillId: string,
  lots: ReadonlyArray<WrittenLot>
): Effect.Effect<
  { readonly account: Fill.Fill["account"]; readonly command: Command.Command },
  errors.BadFilter | errors.NotFound | TradeRepository.StoreError,
  TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const { account, id, symbol } = yield* recordOf(Fill.FillTable, "fill", fillId)
    return { account, command: { _tag: "IdentifyLots", symbol, fillId: id, lots: yield* Either.all(lots.map(read)) } }
  })

const read = ({ openedBy, quantity }: WrittenLot) =>
  Either.gen(function* () {
    const id = yield* criteria.idOf("lot", "fill", openedBy)
    const problem = "is not a number of shares above zero"
    const shares = yield* Either.mapLeft(
      Schema.decodeEither(Quantity.Quantity)(quantity),
      () => new errors.BadFilter({ filter: "quantity", value: quantity, problem })
    )
    return { openedBy: Id.FillId.make(id), quantity: shares }
  })
