import { FastCheck as fc } from "effect"
import { describe, expect, test } from "vitest"
import type { Desk } from "@roundlot/testing"
import "./properties.ts"
import { AccountTable, type AccountSettings } from "../src/records/Account.ts"
import { ApprovalTable } from "../src/records/Approval.ts"
import { PositionTable } from "../src/records/Position.ts"
import { perform, type Command } from "../src/rules/operator/Command.ts"
import * as Instant from "../src/values/Instant.ts"
import {
  adjust,
  base,
  command,
  deskWith,
  grant,
  isSound,
  own,
  reject,
  revoke,
  statuses,
  two,
  type NewToken
} from "./fourEyesDesk.ts"
import { storedLines } from "./rows.ts"

const HOUR_MS = 3_600_000

describe("an operation that needs a second person", () => {
  test("EYES-1: is carried out at once where its account asks for none", () => {
    const desk = deskWith(two, {})
    expect(command(desk, "ann", adjust(desk))._tag).toBe("Done")
    expect(base(desk)).toEqual(["2"])
  })

  test("EYES-1: waits, and is carried out when another approves it", () => {
    const desk = deskWith(two)
    expect(command(desk, "ann", adjust(desk))).toEqual({ _tag: "Waiting", approvalId: 1 })
    expect(desk.all(PositionTable)).toEqual([])
    expect(command(desk, "bob", grant())).toEqual({
      _tag: "Done",
      what: "R1 is approved: AAPL is adjusted by +2 as base"
    })
    expect(base(desk)).toEqual(["2"])
    expect(desk.all(ApprovalTable)).toMatchObject([
      {
        status: "approved",
        requestedBy: "ann",
        decidedBy: "bob",
        reason: "reason of ann",
        decidedReason: "reason of bob"
      }
    ])
    isSound(desk)
  })

  test("EYES-2: asked for again under its id is the same request", () => {
    const desk = deskWith(two)
    for (const _ of [1, 2]) expect(command(desk, "ann", adjust(desk), { id: "k" })).toMatchObject({ approvalId: 1 })
    command(desk, "bob", grant())
    expect(command(desk, "ann", adjust(desk), { id: "k" })).toMatchObject({ approvalId: 1 })
    expect(base(desk)).toEqual(["2"])
  })

  test("EYES-2: leaves no trace where nobody has said yet what it would do", () => {
    const desk = deskWith(two)
    const before = storedLines(desk)
    const asked = desk.commit("command", (recorder) => perform(recorder, "k", adjust(desk), "why").answer)
    expect(asked).toEqual({ _tag: "Unpreviewed" })
    expect(storedLines(desk)).toEqual(before)
  })

  test("EYES-6: is carried out once, although another approves it again", () => {
    const desk = deskWith([...two, { name: "cat" }])
    command(desk, "ann", adjust(desk))
    command(desk, "bob", grant())
    expect(command(desk, "cat", grant())).toEqual({ _tag: "Refused", why: "R1 is already approved" })
    expect(base(desk)).toEqual(["2"])
  })

  test("EYES-6: is not carried out once it was rejected, by its requester too", () => {
    const desk = deskWith(two)
    command(desk, "ann", adjust(desk))
    expect(command(desk, "ann", reject())).toEqual({ _tag: "Done", what: "R1 is rejected" })
    expect(command(desk, "bob", grant())).toEqual({ _tag: "Refused", why: "R1 is already rejected" })
    expect(statuses(desk)).toEqual(["rejected"])
    isSound(desk)
  })

  test("EYES-6: expires an hour later, or when its account says", () => {
    for (const [minutes, ms] of [
      [undefined, HOUR_MS],
      [5, 300_000]
    ] as const) {
      const desk = deskWith(two, { fourEyes: ["adjust"], approvalMinutes: minutes })
      command(desk, "ann", adjust(desk))
      desk.pass(ms)
      expect(command(desk, "bob", grant())).toMatchObject({
        _tag: "Refused",
        why: expect.stringContaining("R1 expired at")
      })
      command(desk, "ann", adjust(desk))
      desk.pass(ms - 10)
      expect(command(desk, "bob", grant(2))._tag).toBe("Done")
    }
  })

  test("EYES-5: is refused where the books are not as they were when it was asked for", () => {
    const desk = deskWith(two)
    command(desk, "ann", adjust(desk))
    command(desk, "ann", adjust(desk, "5"))
    command(desk, "bob", grant(2))
    expect(command(desk, "bob", grant(1))).toEqual({
      _tag: "Refused",
      code: "BooksMoved",
      why: "the books have changed since R1 was requested: then AAPL: nothing; now AAPL: holds 5, to trade 0. Request it again"
    })
    expect(base(desk)).toEqual(["5"])
  })

  test("EYES-7: waits although its account asks for no second person any more", () => {
    const desk = deskWith(two)
    command(desk, "ann", adjust(desk))
    desk.commit("command", (recorder) => {
      const settings = { ...own(desk), fourEyes: undefined }
      return perform(recorder, "off", { _tag: "SetAccount", settings }, "test", { isRehearsed: true })
    })
    expect(own(desk).fourEyes).toBeUndefined()
    expect(statuses(desk)).toEqual(["waiting"])
    expect(command(desk, "ann", grant())).toMatchObject({ _tag: "Refused" })
    expect(base(desk)).toEqual([])
    expect(command(desk, "bob", grant())).toMatchObject({ _tag: "Done" })
    expect(base(desk)).toEqual(["2"])
  })
})

const refusalOf = (tokens: ReadonlyArray<NewToken>, maker: string, approver: string) => {
  const desk = deskWith(tokens)
  command(desk, maker, adjust(desk))
  const answer = command(desk, approver, grant())
  expect(base(desk)).toEqual(answer._tag === "Done" ? ["2"] : [])
  return answer._tag === "Refused" ? answer.why : answer._tag
}

test("EYES-4: who calls an open daemon without a token asks for nothing", () => {
  const desk = deskWith(two)
  expect(command(desk, "api", adjust(desk))).toEqual({
    _tag: "Refused",
    why: "a request for approval needs a token or a signed-in person, since its requester must not approve it"
  })
  expect(statuses(desk)).toEqual([])
  expect(base(desk)).toEqual([])
})

describe("who may approve", () => {
  test.each<[string, ReadonlyArray<NewToken>, string, string, string]>([
    ["EYES-4: not who asked for it", two, "ann", "ann", "ann requested this"],
    [
      "EYES-4: not a token that the one of the requester made",
      [{ name: "ann" }, { name: "ann2", createdBy: "ann" }],
      "ann",
      "ann2",
      "ann2 requested this"
    ],
    [
      "EYES-4: not the token that made the one of the requester",
      [{ name: "ann" }, { name: "ann2", createdBy: "ann" }],
      "ann2",
      "ann",
      "ann requested this"
    ],
    [
      "EYES-4: not one of two that one token made",
      [{ name: "ann" }, { name: "x", createdBy: "ann" }, { name: "y", createdBy: "ann" }],
      "x",
      "y",
      "y requested this"
    ],
    [
      "EYES-4: not another token of the same person",
      [
        { name: "ann", person: "oidc:a@idp" },
        { name: "phone", person: "oidc:a@idp" }
      ],
      "ann",
      "phone",
      "phone requested this"
    ],
    ["EYES-4: not the command line without a token", two, "ann", "cli", "an approval needs a token"],
    ["EYES-4: not who calls an open daemon", two, "ann", "api", "an approval needs a token"],
    ["EYES-4: not the command line what it asked for", two, "cli", "cli", "an approval needs a token"],
    [
      "EYES-3: not a token of a lower role",
      [{ name: "ann" }, { name: "tom", role: "trade" }],
      "ann",
      "tom",
      "tom has the role trade"
    ],
    [
      "EYES-3: not a token of other accounts",
      [{ name: "ann" }, { name: "eve", accounts: ["other"] }],
      "ann",
      "eve",
      "eve may not operate account desk"
    ],
    [
      "EYES-3: not a token that has expired",
      [{ name: "ann" }, { name: "old", expiresAt: Instant.make(1n) }],
      "ann",
      "old",
      "the token or session of old is no longer valid"
    ],
    ["EYES-3: not a name that is no token", two, "ann", "nobody", "the token or session of nobody is no longer valid"],
    ["EYES-4: each token that operates, what the command line asked for", two, "cli", "ann", "Done"],
    ["EYES-3: a token of this account", [{ name: "ann" }, { name: "kim", accounts: ["desk"] }], "ann", "kim", "Done"]
  ])("%s", (_, tokens, maker, approver, expected) => {
    expect(refusalOf(tokens, maker, approver)).toContain(expected)
  })

  test("EYES-3: not a token that was revoked meanwhile", () => {
    const desk = deskWith(two)
    command(desk, "ann", adjust(desk))
    revoke(desk, "bob")
    expect(command(desk, "bob", grant())).toMatchObject({
      _tag: "Refused",
      why: "the token or session of bob is no longer valid"
    })
  })
})

const set = (desk: Desk.Desk, actor: string, settings: Partial<AccountSettings>) =>
  command(desk, actor, {
    _tag: "SetAccount",
    settings: { ...own(desk), ...settings }
  })._tag

describe("settings of an account", () => {
  test("EYES-7: ask for a second person at the word of one, and for none at the word of two", () => {
    const desk = deskWith(two, {})
    expect(set(desk, "ann", { fourEyes: ["adjust", "void"] })).toBe("Done")
    expect(set(desk, "ann", { fourEyes: ["adjust", "resume", "void"], approvalMinutes: 30 })).toBe("Done")
    for (const looser of [{ fourEyes: undefined }, { fourEyes: ["void", "resume"] as const }, { approvalMinutes: 31 }])
      expect(set(desk, "ann", looser)).toBe("Waiting")
    expect(command(desk, "bob", grant(1))._tag).toBe("Done")
    expect(desk.all(AccountTable)[0]?.fourEyes).toBeUndefined()
    // The others were asked for of settings that are no more.
    expect(command(desk, "bob", grant(2))).toMatchObject({ code: "BooksMoved" })
    isSound(desk)
  })

  test("EYES-7: that loosen wait where limits need a second person, and those that tighten do not", () => {
    const desk = deskWith(two, { fourEyes: ["limits"], shorting: "never", ordersPerMinute: 5, restricted: [] })
    expect(set(desk, "ann", { ordersPerMinute: 4 })).toBe("Done")
    for (const looser of [{ ordersPerMinute: 6 }, { shorting: "allowed" }, { maxTradeAgeMs: 999 * HOUR_MS }] as const)
      expect(set(desk, "ann", looser)).toBe("Waiting")
    expect(command(desk, "bob", grant(1))._tag).toBe("Done")
    expect(desk.all(AccountTable)[0]?.ordersPerMinute).toBe(6)
  })
})

const names = ["ann", "ann2", "bob", "cli", "tom"] as const
const tokens: ReadonlyArray<NewToken> = [
  { name: "ann" },
  { name: "ann2", createdBy: "ann" },
  { name: "bob" },
  { name: "tom", role: "trade" }
]
const personsOf: { readonly [name: string]: string } = { ann: "ann", ann2: "ann", bob: "bob", cli: "cli", tom: "tom" }

const step = fc.oneof(
  fc.record({ do: fc.constant("ask" as const), who: fc.constantFrom(...names), by: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    do: fc.constant("grant" as const),
    who: fc.constantFrom(...names),
    back: fc.integer({ min: 0, max: 2 })
  }),
  fc.record({
    do: fc.constant("reject" as const),
    who: fc.constantFrom(...names),
    back: fc.integer({ min: 0, max: 2 })
  }),
  fc.record({ do: fc.constant("pass" as const), minutes: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ do: fc.constant("set" as const), who: fc.constantFrom(...names), on: fc.boolean() }),
  fc.record({ do: fc.constant("revoke" as const), who: fc.constantFrom("ann2", "bob") })
)

test("EYES-1, EYES-3, EYES-6: nothing is carried out without another person's approval that was valid then, and nothing twice", () => {
  let carried = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 30 }), (steps) => {
      const desk = deskWith(tokens)
      const wrong: Array<string> = []
      const holds = (what: string, isSo: boolean) => {
        if (!isSo) wrong.push(what)
      }
      const revoked = new Set<string>()
      let isOn = true
      let due = 0
      const made = new Map<
        number,
        { readonly who: string; readonly by: number | undefined; readonly until: number; ended: boolean }
      >()
      const ask = (who: string, what: Command, by: number | undefined) => {
        const answer = command(desk, who, what)
        if (answer._tag === "Waiting")
          made.set(answer.approvalId, { who, by, until: Number(desk.now()) + HOUR_MS * 1000, ended: false })
        return answer._tag
      }
      for (const each of steps) {
        if (each.do === "ask") {
          const tag = ask(each.who, adjust(desk, String(each.by)), each.by)
          holds("an adjustment waits where it has to", tag === (isOn ? "Waiting" : "Done"))
          if (!isOn) due += each.by
        } else if (each.do === "pass") desk.pass(each.minutes * 60_000)
        else if (each.do === "set") {
          const settings = own(desk)
          const fourEyes = each.on ? (["adjust"] as const) : undefined
          const tag = ask(each.who, { _tag: "SetAccount", settings: { ...settings, fourEyes } }, undefined)
          holds("taking it away waits", tag === (isOn && !each.on ? "Waiting" : "Done"))
          if (each.on) isOn = true
        } else if (each.do === "revoke") {
          if (revoked.has(each.who)) continue
          revoked.add(each.who)
          revoke(desk, each.who)
        } else {
          const id = Math.max(1, made.size - each.back)
          const { _tag } = command(desk, each.who, each.do === "grant" ? grant(id) : reject(id))
          const known = made.get(id)
          if (_tag !== "Done") continue
          holds("nothing is decided twice", known?.ended === false)
          if (known === undefined) continue
          known.ended = true
          holds("it had not expired", Number(desk.now()) < known.until)
          if (each.do === "reject") continue
          carried += 1
          holds("another person approved it", personsOf[each.who] !== personsOf[known.who])
          holds("whose token was valid", !["cli", "tom", ...revoked].includes(each.who))
          if (known.by === undefined) isOn = false
          else due += known.by
        }
        holds("so much was carried out", base(desk).join(" ") === (due === 0 ? "" : String(due)))
      }
      expect(wrong).toEqual([])
      isSound(desk)
    }),
    { numRuns: 100 }
  )
  expect(carried).toBeGreaterThan(20)
})
