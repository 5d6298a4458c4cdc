import { Effect, Stream } from "effect"
import type { AccountName } from "../account/AccountName.ts"
import { Need } from "../books/Need.ts"
import { Ledger } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import type { Delivery, TradeSourceService } from "../ports/TradeSource.ts"
import { CursorTable } from "../trade/Cursor.ts"
import { moveCursor } from "../trade/moveCursor.ts"
import { Accumulator } from "./Accumulator.ts"
import * as Reads from "./Reads.ts"

/**
 * Takes in all that a source delivers, from where it stood. A delivery's cursor is committed after its trades are: a restart goes
 * on where it was, what comes twice is a duplicate, and nothing that was not taken in is passed over.
 */
export const follow = Effect.fn("Sources.follow")(function* <E>(account: AccountName, source: TradeSourceService<E>) {
  const known = yield* Reads.first(CursorTable, {
    where: [
      { column: "account", in: [account] },
      { column: "source", in: [source.name] }
    ]
  })
  yield* Stream.runForEach(source.deliveries(known?.cursor), (delivery) => take(account, source, delivery))
})

const take = <E>(account: AccountName, source: TradeSourceService<E>, delivery: Delivery) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const accumulator = yield* Accumulator
    yield* accumulator.submitMany(account, delivery.trades, source.policy)
    yield* ledger.submit("intake", cursorMember(account, source.name, delivery.cursor))
  })

const cursorMember = (account: AccountName, source: string, cursor: string): Member<void> => ({
  account,
  cause: { kind: "trade", actor: source },
  needs: [Need.Cursor({ account, source })],
  apply: (recorder) => moveCursor(recorder, source, cursor)
})
