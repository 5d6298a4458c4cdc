import { Account, AccountName, Commands, Reads } from "@roundlot/core"
import { Sessions, TokenRegister, Tokens } from "@roundlot/core/ledger"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as scene from "../views/scene.ts"
import { ask, books, json, serving, servingLocked, servingWith } from "./serving.ts"

type Headers = Readonly<Record<string, string>>

const bearerOf = (name: string, asked: Partial<Tokens.TokenRequest> = {}) =>
  Effect.map(Tokens.create({ name, role: "operate", actor: "cli", ...asked }), ({ secret }): Headers => ({
    authorization: `Bearer ${Redacted.value(secret)}`
  }))

const ISSUER = "http://127.0.0.1:9"

/** The provider of a team; no test asks it anything. */
const oidc = {
  issuer: ISSUER,
  clientId: "roundlot",
  clientSecretFile: undefined,
  name: "the desk's provider",
  scopes: ["openid"],
  groupsClaim: "groups",
  roles: new Map([["ops", { role: "operate" } as const]])
}

const main = AccountName.AccountName.make("main")

const watched = (fourEyes: Account.AccountSettings["fourEyes"]) =>
  Effect.gen(function* () {
    yield* scene.played
    const before = yield* Reads.account(main)
    const commands = yield* Commands.Commands
    const settings = { ...Account.settingsOf(before ?? Account.defaultSettings), fourEyes }
    assert.deepInclude(yield* commands.setAccount(main, settings, "test"), { _tag: "Done" })
  })

const post = (port: number, headers: Headers, path: string, body: object) =>
  ask(port, path, { method: "POST", headers, body: { reason: "as agreed", ...body } })

const detailOf = (answer: { readonly text: string }): unknown => Object(JSON.parse(answer.text)).detail

describe("operations that another person has to approve, over the API", () => {
  it.scoped("EYES-1, EYES-4: an adjustment waits, is shown, and is carried out for another token and once", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(watched(["adjust"]), servingLocked)
      const [ann, bob] = [yield* bearerOf("ann"), yield* bearerOf("bob")]
      const adjust = (key: string, body: object = {}) =>
        post(port, { ...ann, "idempotency-key": key }, "/api/v1/positions/KO/adjust", { as: "base", by: "2", ...body })
      assert.deepInclude(json(yield* adjust("dry", { dryRun: true })), { needsApproval: true })
      const asked = yield* adjust("k")
      assert.strictEqual(asked.status, 200, asked.text)
      assert.deepInclude(Object(json(asked)).approval, { id: "R1", status: "waiting" })
      assert.deepStrictEqual(json(yield* adjust("k")), json(asked))
      const own = yield* post(port, ann, "/api/v1/approvals/R1/approve", {})
      assert.strictEqual(own.status, 409)
      assert.include(String(detailOf(own)), "ann requested this")
      const shown = json(yield* ask(port, "/api/v1/approvals/R1", { headers: bob }))
      assert.deepInclude(shown, {
        status: "waiting",
        requestedBy: "ann",
        preview: "KO is adjusted by +2 as base: account main"
      })
      const approved = yield* post(port, bob, "/api/v1/approvals/R1/approve", {})
      assert.strictEqual(approved.status, 200, approved.text)
      assert.strictEqual((yield* post(port, bob, "/api/v1/approvals/R1/approve", {})).status, 409)
      const listed = json(yield* ask(port, "/api/v1/approvals?status=approved", { headers: bob }))
      assert.deepInclude(Object(listed).items[0], { id: "R1", decidedBy: "bob" })
    }).pipe(Effect.provide(books))
  )

  it.scoped("EYES-5: what the books have changed since is refused with its code", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(watched(["adjust"]), servingLocked)
      const [ann, bob] = [yield* bearerOf("ann"), yield* bearerOf("bob")]
      for (const by of ["2", "5"]) yield* post(port, ann, "/api/v1/positions/KO/adjust", { as: "base", by })
      assert.strictEqual((yield* post(port, bob, "/api/v1/approvals/R2/approve", {})).status, 200)
      const moved = yield* post(port, bob, "/api/v1/approvals/R1/approve", {})
      assert.deepInclude(json(moved), { status: 409, code: "BooksMoved" })
    }).pipe(Effect.provide(books))
  )

  it.scoped("EYES-1: trading goes on after a halt of everything when another person approves it", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(watched(["resume"]), servingLocked)
      const [ann, bob] = [yield* bearerOf("ann"), yield* bearerOf("bob")]
      const bound = yield* bearerOf("kim", { accounts: ["main"] })
      const state = Effect.map(
        ask(port, "/api/v1/controls", { headers: ann }),
        (all) => Object(json(all)).items[0].state
      )
      yield* post(port, ann, "/api/v1/controls/halt", {})
      assert.strictEqual(yield* state, "halted")
      assert.deepInclude(Object(json(yield* post(port, ann, "/api/v1/controls/reduce", {}))).approval, { id: "R1" })
      assert.deepInclude(Object(json(yield* post(port, ann, "/api/v1/controls/resume", {}))).approval, { id: "R2" })
      assert.strictEqual(yield* state, "halted")
      assert.strictEqual((yield* post(port, bound, "/api/v1/approvals/R2/approve", {})).status, 403)
      assert.strictEqual((yield* post(port, bob, "/api/v1/approvals/R2/approve", {})).status, 200)
      assert.strictEqual(yield* state, "normal")
    }).pipe(Effect.provide(books))
  )

  it.scoped("EYES-4: a person of an OpenID provider approves what a token asked for, and not twice as himself", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(watched(["adjust"]), servingWith({}, false, { oidc }))
      const host = `127.0.0.1:${port}`
      const who = { name: `oidc:1@${ISSUER}`, role: "operate", accounts: undefined, person: "Dana" } as const
      const person = { ...who, issuer: ISSUER, subject: "1", groups: ["ops"] }
      const opened = yield* Effect.provide(Sessions.openPerson(person, host), TokenRegister.layer)
      const dana = { cookie: `roundlot_session_${port}=${Redacted.value(opened.secret)}`, origin: `http://${host}` }
      const [phone, ann] = [yield* bearerOf("phone", { person: `oidc:1@${ISSUER}` }), yield* bearerOf("ann")]
      for (const maker of [phone, dana, ann])
        yield* post(port, maker, "/api/v1/positions/KO/adjust", { as: "base", by: "2" })
      const byDana = (id: string) => post(port, dana, `/api/v1/approvals/${id}/approve`, {})
      assert.include(String(detailOf(yield* byDana("R1"))), "requested this")
      assert.include(String(detailOf(yield* byDana("R2"))), "requested this")
      const approved = yield* byDana("R3")
      assert.strictEqual(approved.status, 200, approved.text)
    }).pipe(Effect.provide(books))
  )

  it.scoped("EYES-4: who calls an open daemon without a token rejects, and neither asks nor approves", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(watched(["adjust"]), serving)
      const adjust = (headers: Headers) => post(port, headers, "/api/v1/positions/KO/adjust", { as: "base", by: "2" })
      const asked = yield* adjust({})
      assert.strictEqual(asked.status, 409)
      assert.include(String(detailOf(asked)), "a request for approval needs a token")
      const [ann, bob] = [yield* bearerOf("ann"), yield* bearerOf("bob")]
      for (const _ of [1, 2]) assert.strictEqual((yield* adjust(ann)).status, 200)
      assert.include(
        String(detailOf(yield* post(port, {}, "/api/v1/approvals/R1/approve", {}))),
        "an approval needs a token"
      )
      assert.strictEqual((yield* post(port, {}, "/api/v1/approvals/R1/reject", {})).status, 200)
      assert.strictEqual((yield* post(port, bob, "/api/v1/approvals/R2/approve", {})).status, 200)
    }).pipe(Effect.provide(books))
  )
})
