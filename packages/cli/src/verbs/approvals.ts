import { approvalStandings } from "@roundlot/core/vocabulary"
import { type Token, TokenRegister, Tokens } from "@roundlot/core/ledger"
import { approvals } from "@roundlot/queries"
import { Effect, Option } from "effect"
import { accountNames } from "@roundlot/commands"
import { UsageError } from "@roundlot/commands/errors"
import type { Flags, Settings } from "../Program.ts"
import { yes } from "../terminal/confirm.ts"
import * as detail from "../terminal/detail.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { reading, writing } from "../within.ts"
import { performIfMeant } from "./commanding.ts"
import { listed, newestFirst } from "./listOutput.ts"

const VARIABLE = "ROUNDLOT_TOKEN"

const id = flags.id("The request, R1")

/** `approvals list`. */
export const approvalsList = Verb.make({
  name: "approvals list",
  summary: "list operations that wait, or waited, for approval by another person",
  examples: [["roundlot approvals list --status waiting", "what can be approved now"]],
  flags: {
    ...flags.view,
    ...flags.page,
    account: flags.ofAccount,
    status: flags.text("status", approvalStandings.join(", "))
  },
  run: (asked) => {
    const { account, cursor, limit, order, status } = newestFirst(asked)
    return listed(asked, approvals.list({ account, status, cursor, limit, order }), approvals.table)
  }
})

/** `approvals show`. */
export const approvalsShow = Verb.make({
  name: "approvals show",
  summary: "show a request: impact, requester and deadline",
  flags: { ...flags.view, id },
  run: ({ id: text, ...where }) =>
    reading(where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const document = yield* approvals.show(text)
        yield* answer(document, (screen) => detail.format(document, screen))
      })
    )
})

const NO_TOKEN = {
  problem: "An approval needs a token: without one it could be the requester's own",
  remedy: `Set ${VARIABLE} to the secret of your own token, or approve it in the dashboard`
}

/** The token of who decides, where one is given; one that is not valid is refused. */
const tokenOf = ({ variable }: Pick<Settings, "variable">) =>
  Effect.gen(function* () {
    const secret = variable(VARIABLE)
    if (secret === undefined) return Option.none<Token.Token>()
    const { known } = yield* TokenRegister.TokenRegister
    const found = yield* Tokens.check(yield* known, secret)
    if (found !== undefined) return Option.some(found)
    return yield* new UsageError({
      problem: `The token in ${VARIABLE} is unknown, expired or revoked`,
      remedy: "'roundlot tokens create NAME --role operate' creates one"
    })
  }).pipe(Effect.provide(TokenRegister.layer))

interface Asked extends Flags {
  readonly id: string
  readonly reason: string
  readonly commandId: Option.Option<string>
  readonly dryRun: boolean
  readonly yes: boolean
}

const decided = ({ commandId, dryRun, id: text, reason, yes: isSaid, ...where }: Asked, isApproval: boolean) =>
  writing(where, (settings) =>
    Effect.gen(function* () {
      const found = yield* approvals.find(text)
      const token = yield* tokenOf(settings)
      if (isApproval && Option.isNone(token)) return yield* new UsageError(NO_TOKEN)
      const approver = Option.getOrUndefined(Option.map(token, ({ name }) => name))
      const asked = {
        account: found.account,
        actor: approver ?? accountNames.ACTOR,
        approver,
        reason,
        commandId,
        dryRun,
        command: { _tag: isApproval ? ("GrantApproval" as const) : ("RejectApproval" as const), approvalId: found.id },
        isSaid,
        question: `${isApproval ? "Approve" : "Reject"} ${text}: ${found.preview}?`
      }
      yield* performIfMeant(asked)
    })
  )

const deciding = { ...flags.place, id, reason: flags.reason, commandId: flags.commandId, dryRun: flags.dryRun, yes }

/** `approvals approve`. */
export const approvalsApprove = Verb.make({
  name: "approvals approve",
  summary: "approve a request of another person: it is carried out",
  examples: [
    [
      `${VARIABLE}=rlt_… roundlot approvals approve R1 --reason 'checked with the broker'`,
      "with the token of another person than the requester's"
    ]
  ],
  flags: deciding,
  run: (asked) => decided(asked, true)
})

/** `approvals reject`. */
export const approvalsReject = Verb.make({
  name: "approvals reject",
  summary: "reject or withdraw a request: it is not carried out",
  examples: [["roundlot approvals reject R1 --reason 'the broker corrected it'", "its requester may do so too"]],
  flags: deciding,
  run: (asked) => decided(asked, false)
})
