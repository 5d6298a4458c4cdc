import { chmodSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { desk } from "../cli/roundlot.ts"
import { newer } from "../store/later.ts"

const FOUR = { orderQuantity: "500", orderNotional: "50000", openResidual: "200000", dailyNotional: "1000000" }

const configuration = JSON.stringify({
  accounts: { paper: { limits: FOUR } },
  alerts: { webhook: "https://hooks.example.com/roundlot" }
})

const batchOf = (id: string) =>
  `source_id,symbol,side,quantity,price\n${id}-1,AAPL,buy,2,200\n${id}-2,MSFT,sell,1,400\n`

const namesOf = (out: string): ReadonlyArray<string> =>
  Object(JSON.parse(out)).checks.flatMap(({ check, ok }: { readonly check: string; readonly ok: boolean }) =>
    ok ? [] : [check]
  )

const checksOf = (text: string): ReadonlyArray<string> =>
  Object(JSON.parse(text)).checks.map(({ check }: { readonly check: string }) => check)

describe("BAT-14: a deployment", () => {
  it("is rehearsed: install, smoke batch, upgrade from the version before, roll back; the audit is clean after each", async () => {
    const { cli, file, folder, place, store } = desk()
    const upgraded = desk(store, newer)
    const later = (...words: ReadonlyArray<string>) => upgraded.plain([...words, ...place])
    const ends = async (run: typeof cli, ...words: ReadonlyArray<string>) => {
      const { code, err, out } = await run(...words)
      expect({ words, code, err: code === 0 ? "" : err + out }).toEqual({ words, code: 0, err: "" })
      return out
    }
    const smoke = async (run: typeof cli, id: string) => {
      await ends(run, "batches", "submit", "--mode", "execute", file(`${id}.csv`, batchOf(id)), "--name", id)
      await ends(run, "start", "--until-idle")
    }
    await ends(cli, "accounts", "add", "paper")
    await ends(cli, "audit")
    await smoke(cli, "installed")
    await ends(cli, "audit")
    const kept = (await ends(cli, "journal", "export")).split("\n").length
    await ends(later, "store", "migrate", "--plan")
    await ends(later, "store", "migrate", "--backup", join(folder, "before.db"))
    await ends(later, "audit")
    await smoke(later, "upgraded")
    await ends(later, "audit")
    await ends(later, "store", "rollback", "--yes")
    await ends(cli, "audit")
    await smoke(cli, "back")
    await ends(cli, "audit")
    expect((await ends(cli, "journal", "export")).split("\n").length).toBeGreaterThan(kept)
    const { items } = Object(JSON.parse(await ends(cli, "batches", "list", "--json")))
    expect(items.map(({ status }: { readonly status: string }) => status)).toEqual(["success", "success", "success"])
  })

  it("is gone through line by line: what is missing is told with what to do, and a line holds once it was done", async () => {
    const { cli, file, folder } = desk()
    const bare = await cli("doctor", "--deploy", "--config", file("empty.json", "{}"), "--json")
    expect(bare.code).toBe(3)
    expect(namesOf(bare.out)).toEqual(expect.arrayContaining(["store", "alerts", "backup"]))
    const config = file("roundlot.json", configuration)
    const keys = file("broker.env", "APCA_API_KEY_ID=x\n")
    chmodSync(keys, 0o644)
    await cli("accounts", "add", "paper", "--config", config)
    const asked = ["doctor", "--deploy", "--config", config, "--env-file", keys, "--json"]
    expect(namesOf((await cli(...asked)).out)).toEqual(expect.arrayContaining(["env-file", "backup", "tokens"]))
    chmodSync(keys, 0o600)
    mkdirSync(join(folder, "backups"))
    await cli("store", "backup", `${join(folder, "backups")}/`)
    await cli("tokens", "create", "dana", "--role", "operate")
    const { code, out } = await cli(...asked)
    expect(namesOf(out).filter((name) => name !== "dashboard")).toEqual([])
    expect([0, 3]).toContain(code)
  })

  it("the guide's checklist has every line that is gone through, and no other", async () => {
    const { cli, file } = desk()
    await cli("accounts", "add", "paper")
    const { out } = await cli("doctor", "--deploy", "--config", file("roundlot.json", configuration), "--json")
    const plain = await cli("doctor", "--json")
    const only = new Set(checksOf(out).filter((check) => !checksOf(plain.out).includes(check)))
    const guide = readFileSync(new URL("../../../../docs/guides/deployment.md", import.meta.url), "utf8")
    const [, list = ""] = /## The checklist([^]*?)## Upgrade/.exec(guide) ?? []
    expect(new Set([...list.matchAll(/^\| `([\w-]+)`/gm)].map(([, name]) => name))).toEqual(only)
  })
})
