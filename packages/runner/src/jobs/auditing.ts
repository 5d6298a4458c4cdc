import type * as FileSystem from "@effect/platform/FileSystem"
import { Jobs } from "@roundlot/core/ledger"
import { Effect, Schema } from "effect"
import { anchorOf } from "../anchors/anchor.ts"
import { proveBooks } from "../anchors/proveBooks.ts"
import type { Settings } from "../settings/Settings.ts"
import type { Surroundings } from "./Surroundings.ts"

/** Proves the books from the journal, beside whatever else goes on; its result is the document that `roundlot audit` prints. */
export const auditType = Jobs.jobType({
  name: "audit",
  payload: Schema.Struct({ anchor: Schema.optional(Schema.String) }),
  mostTries: 1
})

/** Who does so in a daemon. */
export const auditingHandlers = (
  settings: Settings
): ReadonlyArray<Jobs.Handler<Surroundings | FileSystem.FileSystem>> => [
  Jobs.handler(auditType, ({ anchor }) =>
    Effect.flatMap(anchorOf(anchor), (given) => proveBooks({ given }, settings)).pipe(
      Effect.map(({ kept, ...report }) => ({ ...report, anchor: kept ?? null })),
      Effect.mapError((error) => new Jobs.JobFailed({ detail: error.message, final: true }))
    )
  )
]
