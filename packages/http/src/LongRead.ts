import type { HttpServerResponse } from "@effect/platform/HttpServerResponse"
import type { Problem } from "@roundlot/api"
import type { AccountScope } from "@roundlot/core/ledger"
import type { Effect, Scope } from "effect"

/** A read of an earlier moment or of whole books. Who asks was let in, and sees these accounts alone where some are named. */
export interface LongRead {
  readonly method: string
  readonly url: string
  readonly accounts: AccountScope.AccountScope
}

/** What such a read is answered with; the bytes of the answer come until the scope closes. */
export type LongReads = (
  asked: LongRead
) => Effect.Effect<HttpServerResponse, Problem.Failure<"Unavailable">, Scope.Scope>
