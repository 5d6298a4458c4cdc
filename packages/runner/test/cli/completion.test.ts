import { describe, expect, it } from "vitest"
import { desk, running } from "./roundlot.ts"

/** What bash offers after these words, the last of which is not ended yet. */
const offered = async (words: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const { code, out } = await desk().plain(["completion", "bash"])
  expect(code).toBe(0)
  const asked = ['COMP_WORDS=("$@")', "COMP_CWORD=$(($# - 1))", "_roundlot", 'echo "${COMPREPLY[@]}"'].join("\n")
  const shell = running(["bash", "-c", `${out}\n${asked}`, "bash", "roundlot", ...words])
  return (await shell.ended).out.trim().split(" ")
}

describe("completion of a shell", () => {
  it.each([
    [["tr"], ["trades"]],
    [
      ["batches", "templates", "s"],
      ["save", "show"]
    ],
    [["start", "--until"], ["--until-idle"]],
    [["trades", "import", "--json", "trades.csv", "--back"], ["--backfill"]]
  ])("BAT-12: after %j come %j", async (words, wanted) => {
    expect(await offered(words)).toEqual(wanted)
  })

  it("zsh is given the same; another shell is refused", async () => {
    const { plain } = desk()
    expect((await plain(["completion", "zsh"])).out).toContain("bashcompinit")
    expect(await plain(["completion", "tcsh"])).toMatchObject({ code: 2 })
  })
})
