import type { HttpServerResponse } from "@effect/platform/HttpServerResponse"
import type { Problem } from "@roundlot/api"
import type { AccountScope } from "@roundlot/core/ledger"
import type { Effect, Scope } from "effect"

/** A read of an earlier moment. Who asks was let in, and sees these accounts alone where some are named. */
export interface PastRequest {
  readonly method: string
  readonly url: string
  readonly accounts: AccountScope.AccountScope
}

/** What a read of an earlier moment is answered with; the bytes of the answer come until the scope closes. */
export type PastReads = (
  asked: PastRequest
) => Effect.Effect<HttpServerResponse, Problem.Failure<"Unavailable">, Scope.Scope>
