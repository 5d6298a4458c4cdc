import { all, fields } from "./layout.ts"
import { contract } from "./orderParts.ts"

/* What answers REQ_ACCOUNT_DATA. Figures are asked for as a summary here: of these is read only whether they are ready. */

/** ACCT_VALUE. */
export const accountValue = { id: "6", layout: fields("version=2 name value currency account") }
/** PORTFOLIO_VALUE. */
export const portfolioValue = {
  id: "7",
  layout: all(
    fields("version=8"),
    contract,
    fields("quantity marketPrice marketValue averageCost unrealizedPnl realizedPnl account")
  )
}
/** ACCT_UPDATE_TIME: as hours and minutes. */
export const accountTime = { id: "8", layout: fields("version=1 time") }
/** ACCT_DOWNLOAD_END. */
export const accountValuesEnd = { id: "54", layout: fields("version=1 account") }
