import type { Documents } from "@roundlot/api"
import { AccountName, Instant } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { AttendedCase, Severity } from "@roundlot/core/ledger"
import { Effect, Option, Schema } from "effect"
import { historyOf, type HistoryDocument } from "./history.ts"
import { valueOrNull } from "./text.ts"

/** Who sees to a case, and who has seen it since it began. */
export const attentionOf = (
  attended: AttendedCase.AttendedCase | undefined,
  since: Instant.Instant
): Documents.Attention => {
  const seen = AttendedCase.acknowledgementOf(attended, since)
  return {
    owner: valueOrNull(attended?.owner),
    acknowledged: seen === undefined ? null : { ...seen, at: Instant.format(seen.at) }
  }
}

/** What people did about any of the breaks of one case, the oldest first: its first owner, and the gravest that it was seen as. */
export const attentionOfAll = (all: ReadonlyArray<Documents.Attention>): Documents.Attention => {
  const seen = all.flatMap(({ acknowledged }) => acknowledged ?? [])
  const [gravest] = Severity.severities.flatMap((each) => seen.filter(({ severity }) => severity === each))
  return { owner: all.flatMap(({ owner }) => owner ?? [])[0] ?? null, acknowledged: gravest ?? null }
}

const ATTENDED = "CaseAttended"

/** What people did about a case, the oldest first: entries of its record's journal, of what is no account's in the store's. */
export const attendedEntries = (
  account: string,
  caseId: AttendedCase.CaseId
): Effect.Effect<ReadonlyArray<HistoryDocument>, TradeRepository.StoreError, TradeRepository.TradeRepository> => {
  const { id, kind } = AttendedCase.recordOf(caseId)
  return Effect.map(historyOf(AccountName.journalOf(account), kind, id), (entries) =>
    entries.filter(({ tag }) => tag === ATTENDED)
  )
}

const decodeNote = Schema.decodeUnknownOption(Schema.Struct({ note: Schema.String }))

/** What people have said of a case. */
export const notesIn = (entries: ReadonlyArray<HistoryDocument>): Documents.BreakDetail["notes"] =>
  entries.flatMap(({ at, body, cause: { actor }, tag }) => {
    const said = tag === ATTENDED ? decodeNote(body) : Option.none()
    return Option.isNone(said) ? [] : [{ at, by: actor, note: said.value.note }]
  })
