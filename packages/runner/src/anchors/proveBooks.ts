import type * as FileSystem from "@effect/platform/FileSystem"
import { Audit, type audit, type TradeRepository } from "@roundlot/core"
import { Effect } from "effect"
import type { Settings } from "../settings/Settings.ts"
import type { SettingsError } from "../settings/SettingsError.ts"
import type { KeptAnchor, RefusedLine } from "./anchor.ts"
import * as AnchorFile from "./anchorFile.ts"

/** What an audit came to, and the newest anchor of the daemon's that it was held to. */
export interface Proof extends Audit.AuditReport {
  readonly kept: KeptAnchor | undefined
}

const findingOf =
  (file: string) =>
  ({ line, why }: RefusedLine): audit.Finding => ({
    where: `${file}, line ${line}`,
    what: why,
    account: undefined,
    seq: undefined
  })

/** Proves the books from the journal, held to the anchor that is given, else to all that the daemon wrote. */
export const proveBooks = (
  given: Audit.Anchor | undefined,
  settings: Pick<Settings, "anchorFile" | "configuration">
): Effect.Effect<
  Proof,
  SettingsError | TradeRepository.StoreError,
  FileSystem.FileSystem | TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    if (given !== undefined) return { ...(yield* Audit.run([given])), kept: undefined }
    const { anchors, refused } = yield* AnchorFile.read(settings)
    const report = yield* Audit.run(anchors)
    const findings = [...report.findings, ...refused.map(findingOf(settings.anchorFile))]
    return { ...report, ok: findings.length === 0, findings, kept: anchors.at(-1) }
  })
