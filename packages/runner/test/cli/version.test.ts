import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { expect, inject, it } from "vitest"

/** From here on a module of native code cannot be loaded: the machine has none, or one for another Node. */
const withoutNative = `data:text/javascript,process.dlopen = () => { throw new Error("native code was loaded") }`

const told = (...words: ReadonlyArray<string>) =>
  spawnSync(process.execPath, ["--import", withoutNative, "--", join(inject("programs"), "main.mjs"), ...words], {
    encoding: "utf8"
  })

it("version and help need no native module", () => {
  expect(told("--version")).toMatchObject({ status: 0, stdout: expect.stringMatching(/^roundlot \d/) })
  expect(told("start", "--help").status).toBe(0)
})

it("the program has as many helping threads as its machine has processors, however it is started", () => {
  const root = join(import.meta.dirname, "../../../..")
  const textOf = (path: string) => readFileSync(join(root, path), "utf8")
  expect(textOf("packages/runner/src/main.ts")).toMatch(/^#!\/usr\/bin\/env -S node --v8-pool-size=0 --\n/)
  expect(textOf("scripts/roundlot.mjs")).toMatch(/^#!\/usr\/bin\/env -S node --v8-pool-size=0 --\n/)
  expect(textOf("package.json")).toMatch(/"start": "exec node --v8-pool-size=0 /)
  // A Node that did not know the option would end here.
  expect(spawnSync(process.execPath, ["--v8-pool-size=0", "-e", ""]).status).toBe(0)
})

it("the process itself ends with the code of its command line", () => {
  expect(told("no-such-verb")).toMatchObject({ status: 2, stderr: expect.stringMatching(/^error: /) })
})
