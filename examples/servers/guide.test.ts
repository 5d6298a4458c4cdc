import { readFileSync } from "node:fs"
import { expect, it } from "vitest"

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8")

it("the guide shows what is here, word for word", () => {
  const sources = ["desk.ts", "answers.ts"].map(read).join("\n")
  const shown = [...read("../../docs/guides/promises.md").matchAll(/```ts\n([^]*?)```/g)].map(([, code = ""]) =>
    code.trim()
  )
  expect(shown.length).toBe(3)
  expect(shown.filter((code) => !sources.includes(code))).toEqual([])
})
