import { readdirSync, readFileSync } from "node:fs"
import { Schema } from "effect"
import { describe, expect, test } from "vitest"
import { LedgerCase } from "@roundlot/testing"

const folder = new URL("cases/", import.meta.url)
const decode = Schema.decodeUnknownSync(Schema.parseJson(LedgerCase.LedgerCaseFile))

const read = (file: string) => decode(readFileSync(new URL(file, folder), "utf8")).cases

describe("SDK-1: worked cases of the ledger's rules, on the real ledger", () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    test.each(read(file).map((each) => [each.id, each.rule ?? "", each] as const))("%s: %s", (_, __, ledgerCase) => {
      expect(LedgerCase.replay(ledgerCase)).toBeUndefined()
    })
  }

  test("a case that expects something else is reported with its step", () => {
    const trade = { do: "trade", id: "T1", side: "buy", qty: "0.3", returns: "Accepted", expect: {} } as const
    const [difference] = [LedgerCase.replay({ id: "wrong", steps: [trade] })]
    expect(difference).toMatchObject({ caseId: "wrong", step: 1, what: "trade T1: position" })
  })
})
