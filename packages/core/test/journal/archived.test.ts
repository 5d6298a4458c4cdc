import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { PayloadId } from "../../src/values/Id.ts"
import { sha256 } from "../../src/records/Payload.ts"
import { Ledger } from "../../src/ledger/Ledger.ts"
import type { Member } from "../../src/ledger/plan.ts"
import * as Audit from "../../src/services/Audit.ts"
import * as Stage from "../services/Stage.ts"

const bytes = new TextEncoder().encode("an answer")
const id = PayloadId.make(1)

/** Stores a payload, and then drops its bytes, or says so while they stay, or drops them without a word. */
const storing = (kept: Uint8Array, isArchived: boolean): Member<boolean> => ({
  account: Stage.account,
  cause: { kind: "timer", actor: "retention" },
  needs: [],
  apply: ({ emit }) => {
    emit({ _tag: "PayloadStored", id, contentType: "text/plain", sha256: sha256(bytes) }, kept)
    if (isArchived) emit({ _tag: "PayloadArchived", id })
    return true
  }
})

const audited = (member: Member<boolean>) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    yield* ledger.submit("command", member)
    return yield* Audit.run()
  })

describe("payloads whose bytes retention dropped", () => {
  it("are archived: the journal says so and keeps the hash, and an audit finds nothing wrong", () =>
    Stage.play(
      Effect.gen(function* () {
        expect(yield* audited(storing(bytes, true))).toMatchObject({ ok: true, archived: 1, findings: [] })
      })
    ))

  it("are a finding where the journal does not say so", () =>
    Stage.play(
      Effect.gen(function* () {
        const { archived, findings } = yield* audited(storing(new Uint8Array(), false))
        expect(archived).toBe(0)
        expect(findings).toMatchObject([{ where: "payloads 1", account: "paper", seq: 1 }])
      })
    ))
})
