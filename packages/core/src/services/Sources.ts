import { Effect, Stream } from "effect"
import type { AccountName } from "../account/AccountName.ts"
import { Need } from "../books/Need.ts"
import { joinKey } from "../books/Table.ts"
import { Ledger } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import type { Delivery, TradeSourceService } from "../ports/TradeSource.ts"
import type { IntakeResult } from "../trade/intake.ts"
import { CursorTable } from "../trade/Cursor.ts"
import { intakeMember, UnknownAccount } from "./Accumulator.ts"
import * as Reads from "./Reads.ts"

/**
 * Takes in all that a source delivers, from where it stood: each delivery and its cursor are committed in order, so a restart
 * goes on where it was and what comes twice is a duplicate.
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
    const trades = delivery.trades.map((trade) => intakeMember(account, trade, source.policy))
    const results = yield* ledger.submitAll<IntakeResult | "moved" | undefined>("intake", [
      ...trades,
      cursorMember(account, source.name, delivery.cursor)
    ])
    return results.includes(undefined) ? yield* new UnknownAccount({ account }) : results
  })

const cursorMember = (account: AccountName, source: string, cursor: string): Member<"moved"> => ({
  account,
  cause: { kind: "trade", actor: source },
  needs: [Need.Cursor({ account, source })],
  apply: (recorder) => {
    recorder.need(Need.Cursor({ account, source }))
    const known = recorder.books.ops_cursors.get(joinKey([account, source]))
    if (known?.cursor !== cursor) recorder.books.ops_cursors.put({ account, source, cursor, at: recorder.world.at })
    return "moved"
  }
})
