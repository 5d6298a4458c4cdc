import { Effect } from "effect"
import * as Books from "../books/Books.ts"
import type { Need } from "../books/Need.ts"
import { Entropy } from "../ports/Entropy.ts"
import { TradeRepository, type WriteError } from "../ports/TradeRepository.ts"

/** What a rule over operational rows answers, once it has put what it changes into the books. */
export type OperationalRule<A> = (books: Books.Books) => A

/**
 * Changes operational rows, of which no journal tells: a rule sees what `needs` name as it stands, under the lock of `queue`, a
 * journal without entries.
 */
export const change = <A>(
  queue: string,
  needs: ReadonlyArray<Need>,
  rule: OperationalRule<A>
): Effect.Effect<A, WriteError, TradeRepository | Entropy> =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository
    const id = yield* Effect.flatMap(Entropy, (entropy) => entropy.hex)
    const written = yield* repository.write(
      { commitId: `${queue}-${id}`, accounts: [queue], needs },
      ({ books, met }) => {
        const missing = needs.filter((need) => !met.has(need))
        if (missing.length > 0) return { _tag: "NeedMore", needs: missing }
        const answer = rule(books)
        return { _tag: "Planned", journals: [], changes: Books.changes(books), answer }
      }
    )
    return written.answer
  })
