import type * as FileSystem from "@effect/platform/FileSystem"
import { Jobs } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { jobTypes } from "@roundlot/commands"
import { anchorOf } from "../anchors/KeptAnchor.ts"
import { proveBooks } from "../anchors/proveBooks.ts"
import type { Settings } from "../Settings.ts"
import type { Surroundings } from "./Surroundings.ts"

/** Who does so in a daemon. */
export const auditingHandlers = (
  settings: Settings
): ReadonlyArray<Jobs.Handler<Surroundings | FileSystem.FileSystem>> => [
  Jobs.handler(jobTypes.auditType, ({ anchor }) =>
    Effect.flatMap(anchorOf(anchor), (given) => proveBooks({ given }, settings)).pipe(
      Effect.map(({ kept, ...report }) => ({ ...report, anchor: kept ?? null })),
      Effect.mapError((error) => new Jobs.JobFailed({ detail: error.message, final: true }))
    )
  )
]
