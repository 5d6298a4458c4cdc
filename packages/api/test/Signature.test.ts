import { Redacted } from "effect"
import { describe, expect, test } from "vitest"
import * as Signature from "../src/Signature.ts"

const secret = Redacted.make("a secret of both sides")
const other = Redacted.make("the secret that was before")
const AT = 1_767_225_600
const BODY = '{"trades":[]}'

// Made by `printf '1767225600.{"trades":[]}' | openssl dgst -sha256 -hmac 'a secret of both sides'`.
const HEADER = "t=1767225600,v1=92633973024c2c42ad68ae42143bf12a125e0e9b3020f3c7d8296d779c8dff8c"

describe("a signature", () => {
  test("is that of any other program: the HMAC-SHA256 of the time, a full stop and the body", () => {
    expect(Signature.sign(secret, AT, BODY)).toBe(HEADER)
  })

  test.each([
    ["of the body at its time", [secret], HEADER, BODY, AT, undefined],
    ["by either of two secrets", [other, secret], HEADER, BODY, AT, undefined],
    [
      "of both secrets to who has one",
      [secret],
      `${Signature.sign(other, AT, BODY)}${HEADER.slice(12)}`,
      BODY,
      AT,
      undefined
    ],
    ["five minutes old", [secret], HEADER, BODY, AT + 300, undefined],
    ["five minutes ahead", [secret], HEADER, BODY, AT - 300, undefined],
    ["older", [secret], HEADER, BODY, AT + 301, "expired"],
    ["further ahead", [secret], HEADER, BODY, AT - 301, "expired"],
    ["of another body", [secret], HEADER, `${BODY} `, AT, "wrong"],
    ["of another time", [secret], HEADER.replace("600,", "601,"), BODY, AT, "wrong"],
    ["by another secret", [other], HEADER, BODY, AT, "wrong"],
    ["where there is no secret", [], HEADER, BODY, AT, "wrong"],
    ["that is missing", [secret], undefined, BODY, AT, "missing"],
    ["that is empty", [secret], "", BODY, AT, "malformed"],
    ["without a time", [secret], HEADER.slice(13), BODY, AT, "malformed"],
    ["that is cut", [secret], HEADER.slice(0, -1), BODY, AT, "malformed"],
    ["in capitals", [secret], HEADER.toUpperCase(), BODY, AT, "malformed"],
    ["with five tries", [secret], `${HEADER}${HEADER.slice(12).repeat(4)}`, BODY, AT, "malformed"]
  ] as const)("%s", (_, secrets, header, body, now, fault) => {
    expect(Signature.faultOf(secrets, header, body, now)).toBe(fault)
  })
})
