import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import type { Action } from "./Action.ts"
import { texts } from "../../words/text/otherActions.ts"

const signedOut = (done: string, key: string) => () => ({ done, account: "", commandId: key, effects: null })

/** Signs a browser out. */
export const endSession = ({ host, id, token }: Documents.SessionDocument): Action => ({
  verb: texts.signOut,
  isHarmless: true,
  will: [texts.browserSignedOut({ token, host })],
  willNot: [texts.tokenStaysValid],
  cli: () => `roundlot sessions end ${id}`,
  run: (api, _reason, key) => Effect.map(api.session.end({ path: { id } }), signedOut(texts.signedOut, key))
})

/** Signs out all other browsers of the caller's token. */
export const endOtherSessions: Action = {
  verb: texts.signOutOthers,
  isHarmless: true,
  will: [texts.otherBrowsersSignedOut],
  willNot: [texts.thisBrowserStays],
  cli: () => "roundlot sessions list",
  run: (api, _reason, key) => Effect.map(api.session.endOthers(), signedOut(texts.othersSignedOut, key))
}
