import { spawnSync } from "node:child_process"
import { join } from "node:path"
import process from "node:process"
import { expect, inject, it } from "vitest"

/** From here on a module of native code cannot be loaded: the machine has none, or one for another Node. */
const withoutNative = `data:text/javascript,process.dlopen = () => { throw new Error("native code was loaded") }`

const told = (...words: ReadonlyArray<string>) =>
  spawnSync(process.execPath, ["--import", withoutNative, "--", join(inject("programs"), "main.mjs"), ...words], {
    encoding: "utf8"
  })

it("SDK-4: version and help need no native module", () => {
  expect(told("--version")).toMatchObject({ status: 0, stdout: expect.stringMatching(/^roundlot \d/) })
  expect(told("start", "--help").status).toBe(0)
})

it("the process itself ends with the code of its command line", () => {
  expect(told("no-such-verb")).toMatchObject({ status: 2, stderr: expect.stringMatching(/^error: /) })
})
