import { Audit, Jobs } from "@roundlot/core"
import { Effect, Schema } from "effect"
import { anchorOf } from "../views/anchor.ts"
import type { Surroundings } from "./Surroundings.ts"

/** Proves the books from the journal, beside whatever else goes on; its result is the document that `roundlot audit` prints. */
export const auditType = Jobs.jobType({
  name: "audit",
  payload: Schema.Struct({ anchor: Schema.optional(Schema.String) }),
  mostTries: 1
})

/** Who does so in a daemon. */
export const auditingHandlers: ReadonlyArray<Jobs.Handler<Surroundings>> = [
  Jobs.handler(auditType, ({ anchor }) =>
    Effect.flatMap(anchorOf(anchor), Audit.run).pipe(
      Effect.mapError((error) => new Jobs.JobFailed({ detail: error.message, final: true }))
    )
  )
]
