import type { Documents } from "@roundlot/api"

type Deciding = Documents.AtRisk["deciding"][number]

const said: { readonly [C in Deciding["fact"]]: string } = {
  ClientOrderIdInUse: "The broker answered that its client order id is in use: it has the order.",
  CandidateNamed: "The broker's answer named an order of its own.",
  Acknowledged: "The broker has acknowledged it.",
  EndReported: "The broker said that it ended or was refused; no second reading agrees."
}

/** What speaks for one side of a doubt, as a sentence. */
export const decidingWords = ({ fact }: Deciding): string => said[fact]
