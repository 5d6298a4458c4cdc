import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

const home = fileURLToPath(new URL("..", import.meta.url))

it("the README's program says what its comment says", () => {
  const [, program = ""] = /```js\n([^]*?)```/.exec(readFileSync(join(home, "README.md"), "utf8")) ?? []
  const [, said] = /\/\/ (.+)/.exec(program) ?? []
  const words = ["-C", "@roundlot/source", "--import", "tsx", "--input-type=module", "-e", program]
  expect(execFileSync(process.execPath, words, { cwd: home, encoding: "utf8" })).toBe(`${said}\n`)
})
