import { TradeRepository } from "@roundlot/core/adapter"
import { Effect } from "effect"
import { describe, expect, test } from "vitest"
import { SettingsError, UsageError } from "@roundlot/commands/errors"
import { Finding } from "@roundlot/cli"

const found = (failure: Parameters<ReturnType<typeof Finding.failed>>[0]) =>
  Effect.runSync(Finding.failed("store")(failure))

describe("a failure as a finding", () => {
  test("is found as it was said, whatever full stops are in it", () => {
    const message = "cannot open /srv/v1. 2/books.db. It is no store"
    expect(found({ message })).toEqual([{ check: "store", ok: false, found: message, remedy: null }])
  })

  test("has what failed and what to do apart where the failure has", () => {
    const place = "v1. 2/books.db"
    const remedy = "Free some space"
    const failures = [
      new UsageError({ problem: "There is no account. None at all", remedy }),
      new SettingsError({ place, problem: "cannot be read", remedy }),
      new TradeRepository.StoreUnavailable({ place, problem: "full", detail: "the disk is full", remedy })
    ]
    expect(failures.flatMap(found)).toEqual([
      { check: "store", ok: false, found: "There is no account. None at all", remedy },
      { check: "store", ok: false, found: `${place}: cannot be read`, remedy },
      { check: "store", ok: false, found: `${place}: the disk is full`, remedy }
    ])
  })
})
