import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import type { Action } from "./Action.ts"

const signedOut = (done: string, key: string) => () => ({ done, account: "", commandId: key, effects: null })

/** Signs a browser out. */
export const endSession = ({ host, id, token }: Documents.SessionDocument): Action => ({
  verb: "Sign out",
  isHarmless: true,
  will: [`The browser of ${token} at ${host} is signed out now.`],
  willNot: ["Its token stays valid, so that it can sign in again."],
  cli: () => `roundlot sessions end ${id}`,
  run: (api, _reason, key) =>
    Effect.map(api.session.end({ path: { id } }), signedOut("That browser is signed out.", key))
})

/** Signs out all other browsers of the caller's token. */
export const endOtherSessions: Action = {
  verb: "Sign out my other browsers",
  isHarmless: true,
  will: ["All your other browsers are signed out now."],
  willNot: ["This browser and those of other tokens stay signed in."],
  cli: () => "roundlot sessions list",
  run: (api, _reason, key) => Effect.map(api.session.endOthers(), signedOut("Your other browsers are signed out.", key))
}
