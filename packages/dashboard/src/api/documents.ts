import type { Api, Documents } from "@roundlot/api"
import { LONGEST_READING_MS, noAnswer, problemOf } from "./problem.ts"

/** Where the documents of the frame and the first screen are. */
export interface Served {
  readonly "/api/v1/overview": typeof Documents.OverviewDocument.Encoded
  readonly "/api/v1/overview/today": typeof Documents.TodayDocument.Encoded
  readonly "/api/v1/session": typeof Documents.CallerDocument.Encoded
  readonly "/api/v1/accounts": typeof Documents.AccountPage.Encoded
  readonly "/api/v1/batches": typeof Documents.BatchPage.Encoded
  readonly "/api/v1/journal": typeof Documents.EntryPage.Encoded
  readonly "/health": typeof Api.HealthDocument.Encoded
}

/** Where a document is that is read without the client of the whole API. */
export type Place = keyof Served

/**
 * Reads a document as the daemon sends it, without the client of the whole API, which is larger than all else of the first screen.
 * Fails with a `ProblemError`.
 */
export const documentAt = async <P extends Place>(
  place: P,
  search: Readonly<Record<string, string>> = {}
): Promise<Served[P]> => {
  const query = new URLSearchParams(search).toString()
  const response = await fetch(query === "" ? place : `${place}?${query}`, {
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(LONGEST_READING_MS)
  }).catch(() => {
    throw noAnswer()
  })
  const body = await response.json().catch((error: unknown) => {
    // What breaks off meanwhile is no answer; what is no JSON is another's, of a proxy for one.
    throw error instanceof SyntaxError ? problemOf(error) : noAnswer()
  })
  if (!response.ok) throw problemOf(body)
  return body
}
