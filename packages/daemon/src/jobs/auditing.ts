import type * as FileSystem from "@effect/platform/FileSystem"
import { jobTypes } from "@roundlot/commands"
import { Jobs } from "@roundlot/core/ledger"
import * as auditLines from "../anchors/auditLines.ts"
import type { Working } from "../Settings.ts"
import type { Surroundings } from "./Surroundings.ts"

/** Who does so in a daemon. */
export const auditingHandlers = (
  settings: Pick<Working, "anchorFile" | "audit" | "configuration">
): ReadonlyArray<Jobs.Handler<Surroundings | FileSystem.FileSystem>> => [
  Jobs.handler(jobTypes.auditType, ({ anchor }, { progress }) =>
    auditLines.resultOf(settings.audit?.(anchor) ?? auditLines.lines(anchor, settings), progress)
  )
]
