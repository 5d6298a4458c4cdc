import type { Documents } from "@roundlot/api"
import type { Action } from "./Action.ts"
import { command } from "./command.ts"
import { texts } from "../../words/text/approvals.ts"

/** Approves what another person requested: it is carried out, where the books are as they were then. */
export const approveRequest = ({ id, preview }: Documents.ApprovalDocument): Action => ({
  verb: texts.approve({ id }),
  isDangerous: true,
  will: [texts.isCarriedOut({ preview }), texts.isCheckedAgain],
  willNot: [],
  cli: (reason) => `roundlot approvals approve ${id} --reason ${reason} --yes`,
  ...command(id, (api, wish) => api.controls.grantApproval(wish))
})

/** Rejects a request, or withdraws an own one. */
export const rejectRequest = ({ id, preview }: Documents.ApprovalDocument): Action => ({
  verb: texts.reject({ id }),
  will: [texts.isNotCarriedOut({ preview })],
  willNot: [texts.canBeRequestedAgain],
  cli: (reason) => `roundlot approvals reject ${id} --reason ${reason} --yes`,
  ...command(id, (api, wish) => api.controls.rejectApproval(wish))
})
