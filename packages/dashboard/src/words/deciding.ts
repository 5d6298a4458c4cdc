import type { Documents } from "@roundlot/api"

type Deciding = Documents.AtRisk["deciding"][number]

const said: { readonly [C in Deciding["fact"]]: string } = {
  ClientOrderIdInUse: "The broker answered that the client order id is in use: it has the order.",
  CandidateNamed: "The broker's answer named one of its orders.",
  Acknowledged: "The broker has acknowledged it.",
  EndReported: "The broker reported an end or a rejection. No second reading confirms it."
}

/** What speaks for one side of a doubt, as a sentence. */
export const decidingWords = ({ fact }: Deciding): string => said[fact]
