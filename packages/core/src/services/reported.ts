import type { AccountName } from "../records/AccountName.ts"
import type { Member } from "../ledger/plan.ts"

/** A member of the report lane for what was read at a broker, beside the reports themselves. */
export const reportedMember = <A>(
  account: AccountName,
  needs: Member<A>["needs"],
  apply: Member<A>["apply"]
): Member<A> => ({ account, cause: { kind: "report", actor: "roundlot" }, needs, apply })
