import type { Recorder } from "../../books/Recorder.ts"
import { cutOffBefore } from "../../records/collecting.ts"
import type { LotId } from "../../values/Id.ts"
import type { Instant } from "../../values/Instant.ts"

/**
 * The lot that a trade opens as it is counted. D9: where its account has cut-offs, the last one is on record with it, so that books that
 * are folded later with another calendar collect the same.
 */
export const countedLot = ({
  account,
  books,
  next,
  world
}: Recorder): { readonly lotId: LotId; readonly cutOff?: Instant } => {
  const settings = books.accounts.get(account)
  const cutOff = settings && cutOffBefore(settings, world.at)
  return { lotId: next("lot"), ...(cutOff === undefined ? {} : { cutOff }) }
}
