import { readFileSync } from "node:fs"
import { expect, it } from "@effect/vitest"
import { Decimal } from "@roundlot/core"
import { Effect } from "effect"
import { program } from "./quickstart.ts"

const read = (relative: string): string => readFileSync(new URL(relative, import.meta.url), "utf8")

it.live("the README's program buys one share and carries 0.2", () =>
  Effect.map(program, (positions) => {
    expect(positions.map(({ hedged, residual }) => [hedged, residual].map(Decimal.format))).toEqual([["1", "0.2"]])
  })
)

it("the README shows that program and no other", () => {
  const [, shown] = /```ts\n([\s\S]*?)```/.exec(read("../../README.md")) ?? []
  expect(shown).toBe(read("./quickstart.ts"))
})
