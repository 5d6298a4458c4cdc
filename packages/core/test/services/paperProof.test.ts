import { Effect } from "effect"
import { describe, expect, test } from "vitest"
import { BrokerReadFailed, type BrokerService, type Proof } from "../../src/ports/Broker.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import { brokerToDrive } from "../../src/services/drive.ts"
import * as StartGate from "../../src/services/StartGate.ts"
import * as Submission from "../../src/services/Submission.ts"
import * as Stage from "./Stage.ts"

const seen = "it shows the account ****321"
const unproven: Proof = { _tag: "Unproven", seen, remedy: "Use a paper account" }

/** What the gate of an account says: whether it is open, and its refusal. */
const gateOf = async (settings: Parameters<typeof Stage.opened>[0], parts: Partial<BrokerService>) => {
  let found: { readonly isOpen: boolean; readonly refusal: string | undefined } | undefined
  await Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened(settings)
      yield* Stage.driving
      const gate = yield* StartGate.make
      const isOpen = yield* gate.isOpen(Stage.account)
      found = { isOpen, refusal: (yield* gate.refusal(Stage.account))?.message }
    }),
    Stage.layer(parts)
  )
  return found
}

/** A broker that counts what is prepared for it. */
const counting = (parts: Partial<BrokerService>) => {
  const sent: Array<string> = []
  const prepare: BrokerService["prepare"] = (terms) => {
    sent.push(terms.symbol)
    return Stage.broker().prepare(terms)
  }
  return { sent, parts: { ...parts, prepare } }
}

describe("nothing is sent before an account is proven to be of play money", () => {
  test("a broker that shows that it is paper is driven, one in process needs no proof", async () => {
    const open = { isOpen: true, refusal: undefined }
    expect(await gateOf({}, { proof: Effect.succeed({ _tag: "Paper" }) })).toEqual(open)
    expect(await gateOf({}, {})).toEqual(open)
  })

  test("a broker without proof is refused with the account, what was seen and what to do", async () => {
    expect(await gateOf({}, { proof: Effect.succeed(unproven) })).toEqual({
      isOpen: false,
      refusal: `account paper at stage is not proven to be a paper account (${seen}): no orders are sent for it. Use a paper account`
    })
  })

  test("a proof that cannot be read keeps the gate closed, and is asked for again", async () => {
    const away = new BrokerReadFailed({ operation: "challenge", kind: "unreadable", detail: "it is away" })
    expect(await gateOf({}, { proof: Effect.fail(away) })).toEqual({ isOpen: false, refusal: undefined })
  })

  test("an account declared live is refused by name, whatever its broker proves to be", async () => {
    for (const environment of ["live", "paper"] as const)
      expect(await gateOf(Stage.realMoney, { environment })).toEqual({
        isOpen: false,
        refusal: expect.stringMatching(
          /^account paper at stage is configured as live, .*: no orders are sent for it\. Use a paper/
        )
      })
  })

  test("an account that is declared live at another broker while it is driven is refused by that name", async () => {
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened({ ...Stage.realMoney, broker: "alpaca" })
        yield* Stage.driving
        const refusal = yield* Effect.flip(brokerToDrive(Stage.account))
        expect(refusal.message).toMatch(/^account paper at alpaca is configured as live, /)
      }),
      Stage.layer({ knownAs: "paper" })
    )
  })

  test("a daemon ends with the refusal, and sends nothing", async () => {
    const { parts, sent } = counting({ proof: Effect.succeed(unproven) })
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.submit(Stage.trade("t1", "1"))
        expect((yield* Effect.flip(Effect.scoped(Daemon.run())))._tag).toBe("EnvironmentUnproven")
      }),
      Stage.layer(parts)
    )
    expect(sent).toEqual([])
  })

  test("no attempt is made for an account that is declared live, even past the gate", async () => {
    const { parts, sent } = counting({ environment: "live" })
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened(Stage.realMoney)
        yield* Stage.driving
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* Submission.submitPending(() => Effect.succeed(true))
      }),
      Stage.layer(parts)
    )
    expect(sent).toEqual([])
  })
})
