import { Codes, OrderStatus } from "@roundlot/broker-ibkr"
import type { Report } from "@roundlot/core/adapter"
import { describe, expect, it } from "vitest"

/** The codes with which the plugin of LEAN gives an order up. */
const given =
  "104-107 109-111 113-126 129 131-137 140 141 146-148 151-161 163 167 168 201 312-315 325 328 329 334-343 345 347-350 352 353 355 356 358-364 367-380 382 383 387-398 400-403 405-413 417-419 421 423 424 427-429 433-437 439-449 460 463 2102 10002 10006-10012 10014 10020 10058 10147 10148"

/** Numbers and ranges of numbers. */
const numbers = (text: string): ReadonlyArray<number> =>
  text.split(" ").flatMap((part) => {
    const [first = "", last = first] = part.split("-")
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index)
  })

/** What each code comes to, for an order that was sent and not shown yet: said once more, apart from the table. */
const meant: { readonly [kind in Exclude<Codes.CodeKind, "rejection">]: string } & {
  readonly rejection: { readonly [refusalClass in Exclude<Report.RefusalClass, "unknown">]: string }
} = {
  rejection: {
    final:
      "106 107 109-111 113-115 117-119 121 123-126 129 133 140 141 146-148 152 153 156-160 163 167 168 201 303 311-315 325 328 333-337 339-343 345 347-353 355 356 358-364 367-380 382 383 387-394 398 400-403 405-411 413 416-419 421 423-425 427-429 432-437 439 441-443 445-449 463 10000-10002 10006-10014 10020-10027 10058 10234-10237 10240 10243-10254 10268-10270 10285 10286 10289-10298 10300-10308 10312 10314-10319 10321 10324 10325 10330 10336-10338 10340 10342-10344",
    later: "395-397 415",
    session: "116 120 154 203 338 412 426 460 10003 10016 10017 10239 10345",
    account: "132 142 151 155 332 438 10005 10015"
  },
  "not there": "200",
  cancelled: "202",
  "not cancellable": "136 137",
  "nothing to cancel": "135 161 10147 10148",
  warning:
    "104 105 131 134 329 399 404 422 440 444 481 492 2102 2109 2111 2137 2148 2168 2169 10018 10019 10233 10241 10242 10326 10327 10331-10333 10335 10341 10347 10349",
  unsettled:
    "101-103 122 138 139 143-145 164 300-302 304-310 319-324 327 330 331 344 346 357 365 366 381 384-386 414 420 430 431 450 501 505 508-589 10052 10149 10225 10230 10231 10238 10276-10284 10287 10288 10299 10309-10311 10322 10328 10329 10334 10339 10346",
  information:
    "162 165 166 316 317 354 2100 2101 2103-2108 2119 2130 2152 2157 2158 10089-10091 10167 10186 10187 10189 10197",
  "servers lost": "1100 2110",
  "servers back": "1101 1102",
  "connection lost": "100 504 507 1300",
  "refused connection": "326 502 503 506"
}

interface Expected {
  readonly code: number
  readonly kind: string
  readonly refusalClass: string | undefined
}

const expected = (kind: string, listed: string, refusalClass?: string): ReadonlyArray<Expected> =>
  numbers(listed).map((code) => ({ code, kind, refusalClass }))

const rows: ReadonlyArray<Expected> = Object.entries(meant).flatMap(([kind, listed]) =>
  typeof listed === "string"
    ? expected(kind, listed)
    : Object.entries(listed).flatMap(([refusalClass, each]) => expected(kind, each, refusalClass))
)

/** Texts of codes whose text decides, as they were reported. */
const said: ReadonlyArray<readonly [code: number, text: string, refusalClass: Report.RefusalClass]> = [
  [201, "Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. YOUR EQUITY MUST EXCEED THE INITIAL MARGIN", "later"],
  [201, "Order rejected - reason:The available funds in your account are insufficient", "later"],
  [201, "Order rejected - reason:Cannot have open orders on both sides of the same contract", "later"],
  [201, "Order rejected - reason:No Trading Permission, Customer Ineligible", "session"],
  [201, "Order rejected - reason:Only closing orders are permitted in this instrument", "session"],
  [201, "Order rejected - reason:The contract is not available for short sale", "session"],
  [201, "Order rejected - reason:Exchange is closed.", "session"],
  [201, "Order rejected - reason:Trading in this security is halted", "session"],
  [201, "Order rejected - reason:Potential pattern day trade: equity below the minimum", "session"],
  [201, "Order rejected - reason:Your account has been restricted from placing orders at this time", "account"],
  [201, "Order rejected - reason:Your account is closed", "account"],
  [201, "Order rejected - reason:words that nobody has seen", "final"],
  [321, "Error validating request:-'bY' : cause - The API interface is currently in Read-Only mode.", "account"]
]

/** Codes that TWS has never used. */
const invented = Array.from({ length: 20 }, (_, index) => [700, 900, 9_200, 10_700][index % 4] ?? 0).map(
  (base, index) => base + index * 37
)

describe("codes of TWS", () => {
  it.each(rows)("AUD-7: $code is a matter of: $kind $refusalClass", ({ code, kind, refusalClass }) => {
    expect(Codes.kindOf(code)).toBe(kind)
    expect(kind === "rejection" ? Codes.refusals.classOf(String(code), "") : undefined).toBe(refusalClass)
  })

  it.each(said)("Refusals: %i, %s: %s", (code, text, refusalClass) => {
    expect(Codes.kindOf(code, text)).toBe("rejection")
    expect(Codes.refusals.classOf(String(code), text)).toBe(refusalClass)
  })

  it("AUD-7: every code of the table is tried here, once, and says where it was found; so is every cause", () => {
    const table = Codes.codes.map(({ code }) => code)
    expect(table.toSorted((a, b) => a - b)).toEqual(rows.map(({ code }) => code).toSorted((a, b) => a - b))
    expect(new Set(table).size).toBe(table.length)
    expect([...Codes.codes, ...Codes.refusals.causes].every(({ source }) => source !== "")).toBe(true)
    const tried = said.map(([code, text]) =>
      Codes.refusals.causes.find((each) => each.code === String(code) && each.says.test(text))
    )
    expect(Codes.refusals.causes.filter((each) => !tried.includes(each)).map(({ means }) => means)).toEqual([])
  })

  it("Refusals: the 164 codes with which LEAN gives an order up are known here", () => {
    const table = new Set(Codes.codes.map(({ code }) => code))
    expect(numbers(given).filter((code) => !table.has(code))).toEqual([])
  })

  it.each(invented)("Refusals: %i, which nobody documented, settles nothing", (code) => {
    expect(Codes.kindOf(code, "nobody has seen this")).toBe("unsettled")
  })

  it("AUD-7: unknown codes from 2100 to 2999 inform; a warning is one whatever its number; other 321 settle nothing", () => {
    expect([2199, 3000].map((code) => Codes.kindOf(code))).toEqual(["information", "unsettled"])
    expect(Codes.kindOf(9999, "Warning: shown once")).toBe("warning")
    expect(Codes.kindOf(321, "Error validating request: invalid account code")).toBe("unsettled")
  })
})

describe("statuses of TWS", () => {
  it.each([
    ["ApiPending", "Open"],
    ["PendingSubmit", "Open"],
    ["PreSubmitted", "Open"],
    ["Submitted", "Open"],
    ["PendingCancel", "Open"],
    ["PreCancelled", "Open"],
    ["WarnState", "Open"],
    ["Inactive", "Open"],
    ["Filled", "filled"],
    ["Cancelled", "cancelled"],
    ["ApiCancelled", "cancelled"],
    ["NeverHeardOf", "Open"]
  ])("FILL-1: %s counts as: %s", (status, liveness) => {
    const found = OrderStatus.statuses.livenessOf(status)
    expect(found._tag === "Open" ? "Open" : found.kind).toBe(liveness)
  })

  it.each([
    ["Filled", "filled"],
    ["Inactive", "rejected"],
    ["Cancelled", "cancelled"],
    ["NeverHeardOf", "cancelled"]
  ])("FILL-1: %s among the completed ones has ended as: %s", (status, kind) => {
    expect(OrderStatus.completedLivenessOf(status)).toEqual({ _tag: "Closed", kind })
  })
})
