/** The closed lists and the rules that documents and pages share with the books, alone: whoever needs only these loads nothing else. */
export { allows, tokenRoles, type TokenRole } from "./access/TokenRole.ts"
export { AWAITS_TURN } from "./batch/counts.ts"
export { fates } from "./batch/Fate.ts"
export { inferredOf } from "./fill/inferred.ts"
export * as Decimal from "./money/Decimal.ts"
export { breakKinds } from "./reconciliation/breakKinds.ts"
export { tradeKinds, tradeStatuses } from "./trade/tradeStatuses.ts"
export { isQuarantined, tradeStandings } from "./trade/TradeStanding.ts"
