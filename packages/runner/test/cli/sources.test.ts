import { execFile } from "node:child_process"
import process from "node:process"
import { promisify } from "node:util"
import { expect, it } from "vitest"
import { blockWith } from "../reference/blocks.ts"
import { daemonAt } from "./daemon.ts"
import { desk, until } from "./roundlot.ts"

const SECRET = "planted-secret-of-the-venue"

const configured = (place: ReturnType<typeof desk>, entry: object, name = "venue") =>
  place.file(
    "roundlot.json",
    JSON.stringify({ port: 0, accounts: { paper: { broker: "paper" } }, sources: { [name]: entry } })
  )

/** What the guide shows to who writes a source. */
const SHOWN = blockWith("docs/guides/write-a-source.md", "roundlot-signature", "js").code

/** Runs that as it stands, as a program of somebody else. */
const handOver = (place: ReturnType<typeof desk>, env: Record<string, string>) =>
  promisify(execFile)(process.execPath, [place.file("handOver.mjs", SHOWN)], { env })

it("ACC-4: a source hands its trades over to a daemon, signed, and they are ordered for its account; no secret is said", async () => {
  const place = desk()
  const config = configured(place, { account: "paper", webhook: true })
  const daemon = daemonAt(place, { ROUNDLOT_SOURCE_SECRET_VENUE: SECRET }, "--config", config)
  await daemon.says(/roundlot is up/)
  const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(daemon.said()) ?? []
  const env = { VENUE_SECRET: SECRET, ROUNDLOT_URL: url }
  expect((await handOver(place, env)).stdout).toMatch(/^200 .*"outcome":"accepted"/)
  expect((await handOver(place, { ...env, VENUE_SECRET: `${SECRET}!` })).stdout).toMatch(
    /^401 .*the source is unknown, or the signature does not match/
  )
  await until(async () => JSON.stringify(await place.json("orders", "list")).includes('"filled"'))
  expect(await place.json("trades", "list")).toMatchObject({
    items: [{ account: "paper", source: "venue", sourceId: "v-1", quantity: "2.5" }]
  })
  const journal = JSON.stringify(await place.json("journal", "list", "--limit", "0"))
  for (const text of [daemon.said(), journal]) expect(text).not.toContain(SECRET)
})

it("what a configuration says of a source with a webhook that cannot be is refused by name, and a missing secret is said", async () => {
  const place = desk()
  const refused = async (entry: object, name?: string) =>
    (await place.cli("positions", "list", "--config", configured(place, entry, name))).err
  expect(await refused({ webhook: true })).toContain("sources.venue: has a webhook and no account")
  expect(await refused({ account: "paper", webhook: true }, "Venue")).toContain(
    "sources.Venue: is not a valid name of a source with a webhook"
  )
  expect(await refused({ account: "paper", webhook: "yes" })).toContain("sources.venue.webhook")
  const late = { account: "paper", webhook: true, alarmAfter: "soon" }
  expect(await refused(late)).toContain("sources.venue.alarmAfter: 'soon' is not a valid duration")
  expect(await refused({ account: "paper", alarmAfter: "1h" })).toContain(
    "sources.venue.alarmAfter: is for a source with a webhook"
  )
  const elsewhere = configured(place, { account: "papr", webhook: true })
  const wrong = await place.cli("start", "--until-idle", "--config", elsewhere)
  expect(wrong.err).toContain("sources.venue.account: 'papr' is not known")
  const moved = desk()
  for (const account of ["paper", "other"]) await moved.cli("accounts", "add", account)
  const given = configured(moved, { account: "paper", webhook: true })
  const before = daemonAt(moved, { ROUNDLOT_SOURCE_SECRET_VENUE: SECRET }, "--config", given)
  await before.says(/roundlot is up/)
  await handOver(moved, {
    VENUE_SECRET: SECRET,
    ROUNDLOT_URL: /http:\/\/127\.0\.0\.1:\d+/.exec(before.said())?.[0] ?? ""
  })
  before.signal("SIGTERM")
  await before.ended
  const again = await moved.cli(
    "start",
    "--until-idle",
    "--config",
    configured(moved, { account: "other", webhook: true })
  )
  expect([again.code, again.err]).toEqual([
    2,
    expect.stringContaining("sources.venue.account is other, and its trades up to 1 are in account paper")
  ])
  const unset = "ROUNDLOT_SOURCE_SECRET_VENUE is not set"
  const config = configured(place, { account: "paper", webhook: true })
  expect((await place.cli("doctor", "--deploy", "--config", config)).out).toContain(unset)
  const daemon = daemonAt(place, {}, "--config", config)
  await daemon.says(new RegExp(unset))
})
