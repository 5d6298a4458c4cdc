import type { Documents } from "@roundlot/api"
import { pathOfPosition } from "../words/paths.ts"
import { AtRisk, RecommendedVerdict } from "./AtRisk.tsx"

type Case = Documents.CaseDocument

/** A position that owes shares and orders none: what it owes, why, and what to do first. */
export const BlockedWords = ({ of: { account, atRisk, recommended, what } }: { readonly of: Case }) => (
  <>
    on {account}: {what}
    <AtRisk of={atRisk} />
    <RecommendedVerdict of={recommended} />
  </>
)

/** The page of a blocked position. */
export const pathOfBlocked = ({ account, id }: Case): string => pathOfPosition({ account: account ?? "", symbol: id })
