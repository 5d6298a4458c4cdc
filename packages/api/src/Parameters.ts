import * as HttpApiMiddleware from "@effect/platform/HttpApiMiddleware"
import { problems } from "./Problem.ts"

/** Refuses a request with a query parameter that its route does not declare (400), once the caller is admitted. */
export class KnownParameters extends HttpApiMiddleware.Tag<KnownParameters>()("@roundlot/api/KnownParameters", {
  failure: problems.BadRequest
}) {}
