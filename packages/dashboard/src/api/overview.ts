import { useAsk, useDocument } from "./asking.ts"
import type { Past } from "./records.ts"

/** That books and broker were compared and agree is no event: it is asked for. */
const EVERY_MS = 30_000

/** Who is signed in, and what the role allows. */
export const useCaller = () => useDocument(["session"], "/api/v1/session")

/** All that needs a person, now or as of another moment. That a job was given up is no event: it is asked for. */
export const useCases = (past: Past) =>
  useAsk(["cases", past], (api) => api.overview.cases({ urlParams: past }), true, EVERY_MS)

/** All at a glance: one question for the frame and the first page. */
export const useOverview = () => useDocument(["overview"], "/api/v1/overview", {}, EVERY_MS)
