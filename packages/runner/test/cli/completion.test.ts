import { describe, expect, it } from "vitest"
import { buys, desk, program, running } from "./roundlot.ts"

/** What bash offers after these words, the last of which is not ended yet. */
const completed = async (words: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
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
    expect(await completed(words)).toEqual(wanted)
  })

  it("BAT-12: ids, symbols and accounts of the books that the line names are offered, and nothing that a shell would run", async () => {
    const { cli, file, place, plain, store } = desk()
    await cli("trades", "import", file("t.csv", buys(["a1", "0.3"], ["a2", "0.3"])), "--account", "paper")
    expect((await cli("complete", "trades show")).out).toMatch(/^T2\nT1\n$/)
    expect((await cli("complete", "trades show", "t1")).out).toBe("T1\n")
    expect((await cli("complete", "positions show")).out).toBe("AAPL\n")
    expect((await plain(["complete", ...place, "--", "--account", "p"])).out).toBe("paper\n")
    await cli("tokens", "create", "dana", "--role", "operate")
    await cli("batches", "templates", "save", "venue", "--source", "venue")
    expect((await cli("complete", "tokens revoke", "d")).out).toBe("dana\n")
    expect((await cli("complete", "batches templates show")).out).toBe("venue\n")
    const { out } = await plain(["completion", "bash"])
    const main = program("main", [])
      .map((word) => `'${word}'`)
      .join(" ")
    const script = [
      `roundlot() { ${main} "$@"; }`,
      out,
      'COMP_WORDS=("$@")',
      "COMP_CWORD=$(($# - 1))",
      "_roundlot",
      'echo "${COMPREPLY[@]}"'
    ].join("\n")
    const asked = async (...words: ReadonlyArray<string>) =>
      (await running(["bash", "-c", script, "bash", "roundlot", "--store", store, ...words]).ended).out.trim()
    expect(await asked("trades", "show", "T1")).toBe("T1")
    expect(await asked("batches", "templates", "delete", "v")).toBe("venue")
    expect(await asked("positions", "show", "")).toContain("AAPL")
    expect(await asked("orders", "list", "--symbol", "A")).toBe("AAPL")
    expect(await asked("trades", "show", "--wi")).toBe("--wide")
  })

  it("fish is given a function of its own", async () => {
    const { out } = await desk().plain(["completion", "fish"])
    expect(out).toContain("complete -c roundlot -a '(_roundlot)'")
    expect(out).toMatch(/case 'orders show' 'orders show \*'\n +printf .*--wide.*\n +set of 'orders show'/)
  })

  it("zsh is given the same; another shell is refused", async () => {
    const { plain } = desk()
    expect((await plain(["completion", "zsh"])).out).toContain("bashcompinit")
    expect(await plain(["completion", "tcsh"])).toMatchObject({ code: 2 })
  })
})
