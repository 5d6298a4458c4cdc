import type * as FileSystem from "@effect/platform/FileSystem"
import { Audit } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { AuditSince, type audit } from "@roundlot/core/ledger"
import { Effect, Schema } from "effect"
import type { SettingsError } from "@roundlot/commands/errors"
import type { Settings } from "../Settings.ts"
import type { Found, KeptAnchor, RefusedLine } from "./KeptAnchor.ts"
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

const nothingKept: Found = { anchors: [], refused: [], states: [] }

/** What an audit is asked for beside its settings. */
export interface Asked {
  /** An anchor of one's own, in the place of those that the daemon wrote. */
  readonly given: Audit.Anchor | undefined
  /** Only what came after the newest anchor is read. */
  readonly isSince?: boolean
  readonly tell?: (progress: Audit.Progress) => Effect.Effect<void>
}

/** There is no anchor after which to begin. */
export class NoAnchor extends Schema.TaggedError<NoAnchor>()("NoAnchor", { file: Schema.String }) {
  override get message() {
    return `${this.file} has no anchor of this store. Give one with --anchor, or audit everything with 'roundlot audit'`
  }
}

/** Proves the books from the journal, held to the anchor that is given, else to all that the daemon wrote. */
export const proveBooks = (
  { given, isSince = false, tell }: Asked,
  settings: AnchorFile.Place
): Effect.Effect<
  Proof,
  SettingsError | NoAnchor | TradeRepository.StoreError,
  FileSystem.FileSystem | TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const { anchors, refused } = given === undefined ? yield* AnchorFile.read(settings) : nothingKept
    const kept = anchors.at(-1)
    const held = given === undefined ? anchors : [given]
    const report = isSince ? yield* sinceNewest(held, settings, tell) : yield* Audit.run(held, tell)
    const findings = [...report.findings, ...refused.map(findingOf(settings.anchorFile))]
    return { ...report, ok: findings.length === 0, findings, kept }
  })

const sinceNewest = (
  anchors: ReadonlyArray<Audit.Anchor>,
  { anchorFile: file }: Pick<Settings, "anchorFile">,
  tell: Asked["tell"]
) => {
  const newest = anchors.at(-1)
  return newest === undefined ? new NoAnchor({ file }) : AuditSince.since(newest, tell)
}
