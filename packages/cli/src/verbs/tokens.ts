import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import { Token, Tokens, Sessions, TokenRegister } from "@roundlot/core/ledger"
import { tokens as views, sessions } from "@roundlot/queries"
import { Effect, Option, Redacted } from "effect"
import { accountNames, duration, tokens } from "@roundlot/commands"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import * as confirm from "../terminal/confirm.ts"
import { changing } from "../rehearsal.ts"
import { making } from "../within.ts"
import { listed } from "./listOutput.ts"
import { settle } from "../Program.ts"
import { askDaemon } from "../servingDaemon.ts"

const name = Args.text({ name: "NAME" }).pipe(
  Args.withDescription("Name of the token; recorded as the actor of its commands")
)

/** `tokens create`. */
export const tokensCreate = Verb.make({
  name: "tokens create",
  summary: "create a token for the HTTP API; its secret is shown once",
  examples: [
    ["roundlot tokens create dana --role operate", "for an operator"],
    ["roundlot tokens create claude --role propose --orders-per-day 5 --notional-per-day 2000", "for an AI model"],
    ["roundlot tokens create watch-screen --role read --expires 30d", "for a screen on the wall"],
    ["roundlot tokens create sam --role trade --account paper --account ira", "for a trader of two accounts"]
  ],
  flags: {
    ...flags.place,
    name,
    role: Options.choice("role", Token.tokenRoles).pipe(
      Options.withDescription(
        "Role: read, propose (orders for approval), trade or operate; each includes the previous ones"
      )
    ),
    ordersPerDay: Options.integer("orders-per-day").pipe(
      Options.withDescription("Role propose: maximum orders per market date and account; default 20"),
      Options.optional
    ),
    notionalPerDay: flags.text(
      "notional-per-day",
      "Role propose: maximum dollars per market date and account; default 10000"
    ),
    accounts: Options.text("account").pipe(
      Options.withDescription("Restrict the token to this account; repeat for several"),
      Options.repeated
    ),
    person: flags.text(
      "person",
      "Person who holds the token; for four-eyes approvals, all tokens of a person count as one"
    ),
    expires: Options.text("expires").pipe(Options.withDescription("Lifetime, such as 30d"), Options.optional)
  },
  run: ({ accounts: bound, expires, name: called, notionalPerDay, ordersPerDay, person, role, ...where }) =>
    making(where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const input = {
          name: called,
          role,
          accounts: bound,
          expires: Option.getOrUndefined(expires),
          ordersPerDay: Option.getOrUndefined(ordersPerDay),
          notionalPerDay,
          person
        }
        const { secret, token } = yield* tokens.create(input, accountNames.ACTOR)
        const shown = Redacted.value(secret)
        yield* answer(
          { ...(yield* views.documentOf(token)), token: shown },
          `${shown}\nThis is the token of ${called}, role ${role}${token.accounts === undefined ? "" : `, bound to ${token.accounts.join(", ")}`}. The secret is shown once: store it safely, and send it as 'Authorization: Bearer …'.`
        )
      })
    )
})

/** `tokens rotate`. */
export const tokensRotate = Verb.make({
  name: "tokens rotate",
  summary:
    "rotate the secret of a token; the new one is shown once, the old one is revoked at once or after the overlap",
  examples: [
    ["roundlot tokens rotate dana", "the old secret is revoked, and its browsers are signed out"],
    ["roundlot tokens rotate model --overlap 1h", "both secrets are valid for an hour"]
  ],
  flags: {
    ...flags.place,
    name,
    overlap: flags.text(
      "overlap",
      "How long the old secret stays valid, such as 1h; default: revoked at once (in the dashboard: 1h)"
    ),
    dryRun: confirm.dryRun
  },
  run: ({ dryRun, name: called, overlap, ...where }) =>
    changing(dryRun, where, ({ operatorToken }) =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const overlapMs = overlap === undefined ? undefined : yield* duration.durationMs(overlap, "--overlap")
        const asked = { name: called, overlapMs, actor: accountNames.ACTOR }
        if (dryRun) {
          const rotated = yield* views.documentOf((yield* Tokens.rotate(asked)).token)
          const until = rotated.previousUntil === null ? "revoked at once" : `valid until ${rotated.previousUntil}`
          return yield* confirm.show(
            `${called} would have a new secret:`,
            { ...rotated, secret: "good" },
            { ...rotated, secret: `new; the old one is ${until}` }
          )
        }
        const { secret, token } = yield* operatorToken.rotate(asked)
        const shown = Redacted.value(secret)
        const document = yield* views.documentOf(token)
        const before =
          document.previousUntil === null
            ? "is revoked, and its browsers are signed out"
            : `is valid until ${document.previousUntil}`
        yield* answer(
          { ...document, token: shown },
          `${shown}\nNew secret of ${called}, shown once: store it safely. The old one ${before}.`
        )
      })
    )
})

/** `tokens revoke`. */
export const tokensRevoke = Verb.make({
  name: "tokens revoke",
  summary: "revoke a token",
  examples: [["roundlot tokens revoke dana", "its requests are refused from now on"]],
  flags: { ...flags.place, name, dryRun: confirm.dryRun },
  run: ({ dryRun, name: called, ...where }) =>
    changing(dryRun, where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const before = (yield* Tokens.all).find((each) => each.name === called)
        const token = yield* Tokens.revoke(called, accountNames.ACTOR)
        if (dryRun)
          return yield* confirm.show(
            `The token of ${called} would be revoked, and its browsers signed out:`,
            before === undefined ? {} : { ...(yield* views.documentOf(before)) },
            { ...(yield* views.documentOf(token)) }
          )
        yield* answer(yield* views.documentOf(token), `The token of ${called} is revoked.`)
      })
    )
})

/** `tokens list`. */
export const tokensList = Verb.make({
  name: "tokens list",
  summary: "list tokens, without their secrets",
  examples: [["roundlot tokens list", "names, roles and validity of API tokens"]],
  flags: flags.view,
  run: (asked) => listed(asked, views.list, views.table)
})

/** `sessions list`. */
export const sessionsList = Verb.make({
  name: "sessions list",
  summary: "list signed-in browsers and their tokens",
  examples: [["roundlot sessions list", "browsers signed in to the dashboard"]],
  flags: flags.view,
  run: (asked) => listed(asked, sessions.list, sessions.table)
})

/** `sessions end`. */
export const sessionsEnd = Verb.make({
  name: "sessions end",
  summary: "sign a browser out",
  examples: [["roundlot sessions end 3f9c0a52d1e84b7796b8f0a4c2d57e13", "its next request is refused"]],
  flags: {
    ...flags.place,
    id: Args.text({ name: "ID" }).pipe(Args.withDescription("Session id from 'roundlot sessions list'")),
    dryRun: confirm.dryRun
  },
  run: ({ dryRun, id, ...where }) =>
    changing(dryRun, where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const session = yield* Effect.provide(Sessions.end(id, "Ended", accountNames.ACTOR), TokenRegister.layer)
        const document = sessions.documentOf(session)
        if (dryRun)
          return yield* confirm.show(
            `A browser of ${session.token} would be signed out:`,
            { ...document, status: "signed in" },
            { ...document, status: "ended" }
          )
        yield* answer(document, `A browser of ${session.token} is signed out.`)
      })
    )
})

/** `tokens link`. */
export const tokensLink = Verb.make({
  name: "tokens link",
  summary: "print a link that signs a browser in as the operator; single use, valid for 5 minutes",
  examples: [["roundlot tokens link", "from the daemon of this store on this host"]],
  flags: flags.place,
  run: (where) =>
    Effect.gen(function* () {
      const { answer } = yield* Output
      const link = yield* askDaemon(yield* settle(where), {
        what: "no link was made",
        needsToken: true,
        ask: (api) => api.session.makeLink({})
      })
      yield* answer(link, `${link.url}\nIt signs a browser in once, until ${link.expiresAt}.`)
    })
})
