import { expect, test } from "vitest"
import { allows, tokenRoles } from "../src/records/TokenRole.ts"

test("each role allows what the ones before it do, and nothing more", () => {
  const allowed = tokenRoles.map((role) => [role, tokenRoles.filter((asked) => allows(role, asked))])
  expect(Object.fromEntries(allowed)).toEqual({
    read: ["read"],
    propose: ["read", "propose"],
    trade: ["read", "propose", "trade"],
    operate: ["read", "propose", "trade", "operate"]
  })
})
