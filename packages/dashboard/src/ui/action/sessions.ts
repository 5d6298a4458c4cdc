import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import type { Action } from "./Action.ts"
import { doneOf } from "./command.ts"
import { texts } from "../../words/text/otherActions.ts"

/** Signs a browser out. */
export const endSession = ({ host, id, token }: Documents.SessionDocument): Action => ({
  verb: texts.signOut,
  isHarmless: true,
  will: [texts.browserSignedOut({ token, host })],
  willNot: [texts.tokenStaysValid],
  cli: () => `roundlot sessions end ${id}`,
  run: (api, _reason, key) =>
    Effect.map(api.session.end({ path: { id }, urlParams: {} }), () => doneOf(texts.signedOut, key)),
  rehearse: (api) =>
    Effect.map(api.session.end({ path: { id }, urlParams: { dryRun: true } }), (found) =>
      doneOf(texts.wouldSignOut({ who: found.person ?? found.token, host: found.host, at: found.openedAt }))
    )
})

/** Signs out all other browsers of the caller's token. */
export const endOtherSessions: Action = {
  verb: texts.signOutOthers,
  isHarmless: true,
  will: [texts.otherBrowsersSignedOut],
  willNot: [texts.thisBrowserStays],
  cli: () => "roundlot sessions list",
  run: (api, _reason, key) =>
    Effect.map(api.session.endOthers({ urlParams: {} }), ({ items }) =>
      doneOf(texts.othersSignedOut({ count: items.length }), key)
    ),
  rehearse: (api) =>
    Effect.map(api.session.endOthers({ urlParams: { dryRun: true } }), ({ items }) =>
      doneOf(
        items.length === 0
          ? texts.noOtherBrowsers
          : texts.wouldSignOutOthers({ count: items.length, hosts: items.map(({ host }) => host).join(", ") })
      )
    )
}
