import { Effect } from "effect"
import { joinKey } from "../tables/Table.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import { AttendedCaseTable, ofBreak, type AttendedCase } from "../records/AttendedCase.ts"
import type { Break } from "../records/Break.ts"
import * as Reads from "./Reads.ts"

/** A case by its account, which is empty where it is no account's. */
export type CaseOf = Pick<AttendedCase, "account" | "caseId">

const keyOf = ({ account, caseId }: CaseOf): string => joinKey([account, caseId])

/** What people have done about these cases, read for all of them at once: what it costs depends on them alone. */
export const attendedOf = (
  cases: ReadonlyArray<CaseOf>
): Effect.Effect<(each: CaseOf) => AttendedCase | undefined, StoreError, TradeRepository> => {
  const idsIn = (account: string) => cases.flatMap((each) => (each.account === account ? [each.caseId] : []))
  return Effect.map(
    Effect.forEach(new Set(cases.map(({ account }) => account)), (account) =>
      Reads.among(AttendedCaseTable, account, "caseId", [...new Set(idsIn(account))])
    ),
    (found) => {
      const known = new Map(found.flat().map((each) => [keyOf(each), each]))
      return (each) => known.get(keyOf(each))
    }
  )
}

/** What people have done about the case that each of these breaks stands in. */
export const attendedIn = (breaks: ReadonlyArray<Break>) =>
  Effect.map(attendedOf(breaks.map(caseOf)), (attended) => (found: Break) => attended(caseOf(found)))

const caseOf = (found: Break): CaseOf => ({ account: found.account, caseId: ofBreak(found) })
