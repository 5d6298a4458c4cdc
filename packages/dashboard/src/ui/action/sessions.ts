import type { Documents } from "@roundlot/api"
import { Effect, Redacted } from "effect"
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

const OVERLAP_S = 3600

/** A new secret for a token. The old one lasts for an hour: else a browser of that token would be signed out before the new one is read. */
export const rotateToken = ({ name }: Pick<Documents.TokenDocument, "name">): Action => ({
  verb: texts.rotate({ name }),
  isHarmless: true,
  will: [texts.newSecretOnce({ name }), texts.oldSecretForAnHour],
  willNot: [texts.roleAndAccountsStay],
  asks: { term: "presentSecret", label: texts.presentSecret, isSecret: true },
  cli: () => `roundlot tokens rotate ${name} --overlap 1h`,
  run: (api, _reason, key, said) =>
    Effect.map(
      api.tokens.rotate({ path: { name }, payload: { secret: Redacted.make(said), overlapSeconds: OVERLAP_S } }),
      ({ token }) => doneOf(texts.newSecret({ name, secret: Redacted.value(token) }), key)
    )
})
