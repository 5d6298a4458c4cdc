import * as HttpApiMiddleware from "@effect/platform/HttpApiMiddleware"
import type { TokenRole } from "@roundlot/core/vocabulary"
import { Context, Schema } from "effect"
import { problems } from "./Problem.ts"

/** What a caller may do, each more than the one before: look, propose orders, give trades and orders, operate. */
export type Role = TokenRole

/** Who calls, and what he may do. `name` goes on record as the actor of what he does. */
export interface CallerService {
  readonly name: string
  readonly role: Role
}

/** Who calls. */
export class Caller extends Context.Tag("@roundlot/api/Caller")<Caller, CallerService>() {}

const failure = Schema.Union(problems.Unauthorized, problems.Forbidden, problems.Unavailable, problems.Fault)

/** Routes that only look. */
export class Reading extends HttpApiMiddleware.Tag<Reading>()("@roundlot/api/Reading", { failure, provides: Caller }) {}

/** Routes that give trades or orders. */
export class Trading extends HttpApiMiddleware.Tag<Trading>()("@roundlot/api/Trading", { failure, provides: Caller }) {}

/** Routes of operators. */
export class Operating extends HttpApiMiddleware.Tag<Operating>()("@roundlot/api/Operating", {
  failure,
  provides: Caller
}) {}
