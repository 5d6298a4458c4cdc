import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import { decidingWords } from "../../words/deciding.ts"
import { pathOfAccount } from "../../words/paths.ts"
import { Figure, GivenId, Said } from "../parts/Figure.tsx"
import { texts } from "../../words/text/risk.ts"

type AtRiskDocument = Documents.AtRisk

const isNothing = ({ blocks, deciding, inDoubt }: AtRiskDocument): boolean =>
  blocks.length === 0 && deciding.length === 0 && inDoubt === null

const Amount = ({ of: { dollars, shares, symbol } }: { readonly of: AtRiskDocument["blocks"][number] }) => (
  <>
    <Figure of={shares} /> {symbol}
    {dollars === null ? null : (
      <>
        , <Figure of={dollars} money />
      </>
    )}
  </>
)

/** What waits for the end of a case: what is owed and not ordered, what is in doubt, and what on record speaks for one side. */
export const AtRisk = ({ of }: { readonly of: AtRiskDocument }) =>
  isNothing(of) ? null : (
    <ul className="evidence" aria-label={texts.atRisk}>
      {of.blocks.map((each) => (
        <li key={each.symbol}>{texts.owed({ amount: <Amount of={each} /> })}</li>
      ))}
      {of.inDoubt === null ? null : <li>{texts.unconfirmed({ amount: <Amount of={of.inDoubt} /> })}</li>}
      {of.deciding.map((each) => (
        <li key={`${each.fact} ${each.attemptId}`}>
          {decidingWords(each)} {each.brokerOrderId === null ? null : <GivenId id={each.brokerOrderId} />}
          {each.attemptId === null ? null : <GivenId id={each.attemptId} />}
        </li>
      ))}
    </ul>
  )

interface RecommendedProps {
  readonly of: Documents.BreakDocument["recommended"]
  /** Whose limits they are, where one is to be changed. */
  readonly account?: string
}

/** What to do first, and why; a limit is changed on the page of its account. */
export const RecommendedVerdict = ({ account, of }: RecommendedProps) =>
  of === null ? null : (
    <p className="evidence">
      <strong>{texts.recommended({ resolution: recommendedWords[of.resolution] })}</strong> <Said text={of.reason} />{" "}
      {account === undefined || of.resolution !== "change-control" ? null : (
        <Link href={pathOfAccount(account)}>{texts.limitsOf({ account })}</Link>
      )}
    </p>
  )

const recommendedWords: {
  readonly [C in NonNullable<Documents.BreakDocument["recommended"]>["resolution"]]: string
} = {
  wait: texts.wait,
  recheck: texts.recheck,
  reconcile: texts.reconcileNow,
  cancel: texts.cancelIt,
  "mark-placed": texts.markItPlaced,
  "accept-excess": texts.acceptOverfill,
  "adjust-base": texts.bookAsOpening,
  resolve: texts.resolve,
  resume: texts.resumeTheSymbol,
  "change-control": texts.changeTheLimit,
  release: texts.releaseOrDismiss,
  retry: texts.retryIt,
  approve: texts.approveOrCancel
}
