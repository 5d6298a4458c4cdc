import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { expect, it } from "vitest"
import { daemonAt } from "../cli/daemon.ts"
import { desk } from "../cli/roundlot.ts"
import { WALKED } from "../cli/walked.ts"
import { programOf } from "../program/debian.ts"

const WALK = fileURLToPath(new URL("../../../../examples/python/walk.py", import.meta.url))

/** Debian's own where there is none: its library is found from where the program stands. */
const python = {
  name: "python3",
  packages: ["python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib", "libexpat1"],
  file: "usr/bin/python3.11"
} as const

it("Python's standard library walks from a trade over its position to its order by the description alone, with a token", async () => {
  const place = desk()
  const config = place.file("roundlot.json", JSON.stringify({ accounts: { paper: { broker: "paper" } } }))
  const daemon = daemonAt(place, {}, "--port", "0", "--config", config)
  await daemon.says(/roundlot is up/)
  const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(daemon.said()) ?? []
  const { out } = await place.cli("tokens", "create", "walker", "--role", "operate")
  const [token = ""] = /rlt_\S+/.exec(out) ?? []
  const { stdout } = await promisify(execFile)(programOf(python), ["-B", WALK, url, token])
  expect(JSON.parse(stdout)).toEqual(WALKED)
})
