import type { Documents } from "@roundlot/api"
import type { Control } from "@roundlot/core/ledger"

type Owner = Pick<Documents.PositionDocument, "account" | "symbol">

const setting =
  (flags: string) =>
  ({ account }: Owner): string =>
    `roundlot controls set --account ${account} ${flags} --reason WHY`

/** The command that looks into a control or changes it; absent where no command does. */
const byControl: { readonly [C in Control.Control]?: (of: Owner) => string } = {
  InstrumentUnverified: () => "roundlot instruments list",
  InstrumentUnknown: ({ symbol }) => `roundlot instruments confirm ${symbol} --reason WHY`,
  UnsupportedOrder: ({ account }) => `roundlot accounts show ${account}`,
  NoReferencePrice: setting("--order-notional none --daily-notional none"),
  MaxQuantity: setting("--order-quantity SHARES"),
  MaxNotional: setting("--order-notional DOLLARS"),
  OpenResidual: setting("--open-residual DOLLARS"),
  DailyNotional: setting("--daily-notional DOLLARS"),
  OpenOrders: setting("--open-orders DOLLARS"),
  PositionSize: setting("--position DOLLARS"),
  GrossPosition: setting("--gross-position DOLLARS"),
  NetPosition: setting("--net-position DOLLARS"),
  ReduceOnly: () => "roundlot controls show",
  OwedBound: () => "roundlot audit"
}

const commands: ReadonlyMap<string, (of: Owner) => string> = new Map(Object.entries(byControl))

/** The line that says how what waits for another person is approved; nothing where nothing waits. */
export const approvalLine = (approval: Documents.ApprovalInShort | undefined): string =>
  approval?.status === "waiting" ? `\nRun: roundlot approvals approve ${approval.id} --reason WHY` : ""

/** The command to run next for a position that is not ordered, without line end; nothing where waiting is all there is to do. */
export const nextCommand = (answer: Documents.AnswerDocument, of: Owner): string | undefined => {
  switch (answer.code) {
    case "Halted":
      return "roundlot controls show"
    case "BreakOpen":
      return "roundlot breaks list"
    case "Held":
      return `roundlot resume --account ${of.account} --symbol ${of.symbol} --reason WHY`
    case "Refused":
      return commands.get(answer.control)?.(of)
    default:
      return undefined
  }
}
