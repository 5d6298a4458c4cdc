/** The closed lists that documents and pages share with the books, alone: whoever needs only these loads nothing else. */
export { AWAITS_TURN } from "./batch/counts.ts"
export { fates } from "./batch/Fate.ts"
export { breakKinds } from "./reconciliation/breakKinds.ts"
export { tradeKinds, tradeStatuses } from "./trade/tradeStatuses.ts"
