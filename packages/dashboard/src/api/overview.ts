import { useAsk } from "./asking.ts"

/** All at a glance: one question for the frame and the first page. */
export const useOverview = () => useAsk(["overview"], (api) => api.overview.overview())
