import { Desk } from "@roundlot/testing"
import { Need } from "../src/books/Need.ts"
import type { Recorder } from "../src/books/Recorder.ts"
import { settingsOf, AccountTable, type AccountSettings } from "../src/records/Account.ts"
import { ApprovalTable } from "../src/records/Approval.ts"
import { PositionTable } from "../src/records/Position.ts"
import type { Token } from "../src/records/Token.ts"
import { perform, type Command } from "../src/rules/operator/Command.ts"
import * as Decimal from "../src/values/Decimal.ts"
import { ApprovalId } from "../src/values/Id.ts"
import { expect } from "vitest"
import { foldedLines, storedLines } from "./rows.ts"

/** A token that a test makes: by the command line, for `operate`, where it says nothing else. */
export type NewToken = Pick<Token, "name"> &
  Partial<Pick<Token, "role" | "accounts" | "person" | "createdBy" | "expiresAt">>

const as = (recorder: Recorder, actor: string): Recorder => ({ ...recorder, cause: { ...recorder.cause, actor } })

/** An account of which corrections need a second person, with some tokens. */
export const deskWith = (
  tokens: ReadonlyArray<NewToken>,
  settings: Partial<AccountSettings> = { fourEyes: ["adjust"] }
) => {
  const desk = Desk.make(settings)
  desk.commit("command", (recorder) => {
    for (const { createdBy: actor = "cli", role = "operate", ...token } of tokens)
      recorder.emitForStore({ _tag: "TokenCreated", ...token, role, hash: `hash of ${token.name}`, actor })
  })
  return desk
}

let count = 0

interface Acting {
  readonly id?: string
  readonly preview?: string | undefined
  readonly reason?: string
}

/** A command of an actor, who has the token of that name where it is one. */
export const command = (
  desk: Desk.Desk,
  actor: string,
  what: Command,
  { id = `c${++count}`, preview = "it" }: Acting = {}
) =>
  desk.commit(
    "command",
    (recorder) =>
      perform(as(recorder, actor), id, what, `reason of ${actor}`, {
        preview,
        approver: actor
      }).answer
  )

/** A correction of what is held. */
export const adjust = (desk: Desk.Desk, by = "2"): Command => ({
  _tag: "AdjustPosition",
  symbol: desk.symbol,
  as: "base",
  by: Decimal.unsafe(by),
  price: undefined
})

/** The approval of a request. */
export const grant = (id = 1): Command => ({ _tag: "GrantApproval", approvalId: ApprovalId.make(id) })
/** Its rejection. */
export const reject = (id = 1): Command => ({ _tag: "RejectApproval", approvalId: ApprovalId.make(id) })

/** What is base of each position. */
export const base = (desk: Desk.Desk) => desk.all(PositionTable).map((position) => Decimal.format(position.base))
/** What became of each request. */
export const statuses = (desk: Desk.Desk) => desk.all(ApprovalTable).map(({ status }) => status)
/** The settings of the account as the books have them. */
export const own = (desk: Desk.Desk): AccountSettings => {
  const [account] = desk.all(AccountTable)
  if (account === undefined) throw new Error("no account")
  return settingsOf(account)
}

/** Of tokens the store's own journal tells. */
export const isSound = (desk: Desk.Desk) =>
  expect(foldedLines(desk)).toEqual(storedLines(desk).filter((line) => !line.startsWith("tokens ")))

/** Revokes a token. */
export const revoke = (desk: Desk.Desk, name: string) =>
  desk.commit("command", (recorder) => {
    recorder.need(Need.TokenByName({ name }))
    recorder.need(Need.SessionsOf({ token: name }))
    recorder.emitForStore({ _tag: "TokenRevoked", name, actor: "cli" })
  })

/** Two tokens of two persons. */
export const two = [{ name: "ann" }, { name: "bob" }]
