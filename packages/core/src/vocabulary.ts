/** The closed lists and the rules that documents and pages share with the books, alone: whoever needs only these loads nothing else. */
export { overallStatuses, type OverallStatus } from "./records/overallStatuses.ts"
export { allows, tokenRoles, type TokenRole } from "./records/TokenRole.ts"
export { fates } from "./records/Fate.ts"
export { inferredOf } from "./records/inferred.ts"
export { instrumentStatuses } from "./records/instrumentStatuses.ts"
export * as Decimal from "./values/Decimal.ts"
export { orderTypes, policyTimesInForce, pricesOf, type OrderType } from "./records/orderTypes.ts"
export { holdCauses, plainAnswers } from "./records/answerCodes.ts"
export { rowPlaces } from "./records/counts.ts"
export { batchModes, type BatchMode } from "./records/batchModes.ts"
export {
  causeKinds,
  causeLinks,
  causeOrigins,
  type CauseKind,
  type CauseLink,
  type CauseOrigin
} from "./records/causation.ts"
export { AllocationKey } from "./records/allocationKey.ts"
export { allocationPolicies } from "./records/allocationPolicy.ts"
export { approvalStandings, fourEyesOperations, type FourEyesOperation } from "./records/fourEyes.ts"
export { limitNames } from "./records/limitNames.ts"
export { lotMethods } from "./records/lotMethods.ts"
export { breakName, headOf, serviceHead, subjectWords, wordsOf } from "./records/codeWords.ts"
export { breakKinds } from "./records/breakKinds.ts"
export { tradeKinds, tradeStatuses } from "./records/tradeStatuses.ts"
export { isQuarantined, reasonText, tradeStandings } from "./records/TradeStanding.ts"
