import type { Documents } from "@roundlot/api"
import { texts } from "../../words/text/fillLots.ts"
import type { Action } from "./Action.ts"
import { command } from "./command.ts"

/** A tax lot by the fill that opened it, and shares of it. */
export interface NamedLot {
  readonly openedBy: string
  readonly quantity: string
}

/** Says which tax lots a fill closes; without any, the account's method says it again. */
export const identifyLots = (of: Documents.FillLotsDocument, lots: ReadonlyArray<NamedLot>): Action => {
  const { account, fillId: id, method } = of
  const named = lots.map(({ openedBy, quantity }) => texts.sharesOfLot({ quantity, id: openedBy })).join(", ")
  const typed = lots.map(({ openedBy, quantity }) => ` --lot ${openedBy}=${quantity}`).join("")
  return {
    verb: lots.length === 0 ? texts.useMethod({ method }) : texts.identify({ id }),
    will: [lots.length === 0 ? texts.closesByMethod({ id, method }) : texts.closes({ id, named })],
    willNot: [texts.laterFills({ account }), texts.noOrder],
    adds: ({ lots: closings = [] }) => closings.map(closingText).join("; "),
    cli: (reason) => `roundlot fills identify ${id}${typed === "" ? " --by-method" : typed} --reason ${reason}`,
    ...command(id, (api, { payload, ...wish }) => api.controls.identifyLots({ ...wish, payload: { ...payload, lots } }))
  }
}

const closingText = ({ cost, openedBy, profit, quantity, term }: Documents.ProfitRow): string =>
  texts.closing({
    id: openedBy ?? texts.declared,
    quantity: quantity ?? "",
    cost: cost ?? texts.notKnown,
    gain: profit ?? texts.notKnown,
    term: term ?? texts.notKnown
  })
