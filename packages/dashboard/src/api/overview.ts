import type { Documents } from "@roundlot/api"
import { useEffect } from "react"
import { queries, useAsk, useDocument } from "./asking.ts"
import type { Past } from "./records.ts"

/** That books and broker were compared and agree is no event: it is asked for. */
const EVERY_MS = 30_000

/** Who is signed in, and what the role allows. */
export const useCaller = () => useDocument(["session"], "/api/v1/session")

/** So often while a break settles: that it has become a case is no event either. */
const SETTLING_MS = 1000

/** The open breaks that are a case. */
export const settledIn = ({ breakCases, openBreaks }: Documents.OverviewDocument) => {
  const ids = new Set(breakCases.flat())
  return openBreaks.filter(({ id }) => ids.has(id))
}

/** All that needs a person, now or as of another time. That a job was given up is no event: it is asked for. */
export const useCases = (past: Past) => {
  const { data } = useOverview()
  const settled = data?.breakCases.join(" ")
  useEffect(() => void queries.invalidateQueries({ queryKey: ["cases"] }), [settled])
  return useAsk(["cases", past], (api) => api.overview.cases({ urlParams: past }), true, EVERY_MS)
}

/** All at a glance: one question for the frame and the first page. */
export const useOverview = () =>
  useDocument(["overview"], "/api/v1/overview", {}, (seen) =>
    seen !== undefined && settledIn(seen).length < seen.openBreaks.length ? SETTLING_MS : EVERY_MS
  )
