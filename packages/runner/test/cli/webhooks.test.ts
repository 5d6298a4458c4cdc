import { Schema } from "effect"
import { expect, it } from "vitest"
import { eventFaults } from "../serve/described.ts"
import { isSigned, receiver, type Posted } from "./receiver.ts"
import { daemonAt } from "./daemon.ts"
import { buys, desk, program, running, until } from "./roundlot.ts"

const SECRET = "planted-webhook-secret"

const Body = Schema.parseJson(
  Schema.Struct({
    webhook: Schema.String,
    id: Schema.String,
    events: Schema.Array(
      Schema.Struct({
        cursor: Schema.String,
        account: Schema.String,
        seq: Schema.Int,
        tag: Schema.String,
        entity: Schema.Struct({ kind: Schema.String, id: Schema.String })
      })
    )
  })
)

const eventsOf = (heard: ReadonlyArray<Posted>) =>
  heard.flatMap(({ body }) => Schema.decodeUnknownSync(Body)(body).events)

it("a webhook is posted the events that it asks for, signed, each once and in order, over failures and a restart", async () => {
  const hook = await receiver(2)
  const place = desk()
  const config = place.file(
    "roundlot.json",
    JSON.stringify({
      accounts: { paper: { broker: "paper" } },
      webhooks: { "fills-1": { url: hook.url, account: "paper", tags: ["OrderCreated", "FillRecorded"] } }
    })
  )
  const bought = (...trades: ReadonlyArray<readonly [string, string]>) =>
    place.cli("trades", "import", place.file("t.csv", buys(...trades)), "--account", "paper", "--config", config)
  const variables = { ROUNDLOT_WEBHOOK_SECRET_FILLS_1: SECRET }
  const first = daemonAt(place, variables, "--port", "0", "--open", "--config", config)
  await first.says(/roundlot is up/)
  // What came before it was first looked for is not posted.
  await until(async () => JSON.stringify(await place.json("jobs", "list")).includes('"done"'))
  await bought(["a", "2"])
  await hook.until(() => eventsOf(hook.heard).filter(({ tag }) => tag === "FillRecorded").length === 1)
  first.signal("SIGTERM")
  await first.ended
  await bought(["c", "3"])
  const second = daemonAt(place, variables, "--port", "0", "--open", "--config", config)
  await hook.until(() => eventsOf(hook.heard).filter(({ tag }) => tag === "FillRecorded").length === 2)
  const events = eventsOf(hook.heard)
  expect(events.map(({ tag }) => tag)).toEqual(["OrderCreated", "FillRecorded", "OrderCreated", "FillRecorded"])
  expect(events.map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq).toSorted((a, b) => a - b))
  expect(events.map(({ account, entity: { id } }) => `${account} ${id}`)).toEqual([
    "paper O1",
    "paper O1",
    "paper O2",
    "paper O2"
  ])
  for (const posted of hook.heard) expect(isSigned(posted, SECRET)).toBe(true)
  const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(second.said()) ?? []
  const faultOf = eventFaults(await (await fetch(`${url}/asyncapi.json`)).text())
  const faults = hook.heard.map(({ body }) => faultOf("delivery", JSON.parse(body)))
  expect(faults.filter((fault) => fault !== undefined)).toEqual([])
  const kept = JSON.stringify(await place.json("jobs", "list", "--limit", "0"))
  for (const text of [kept, first.said(), second.said()]) {
    expect(text).not.toContain(SECRET)
    expect(text).not.toContain("planted-in-the-address")
  }
})

it("nothing is posted unsigned, and what a configuration says of a webhook that cannot be is refused by name", async () => {
  const hook = await receiver()
  const place = desk()
  const webhooks = (entry: object, name = "fills") =>
    place.file(
      "roundlot.json",
      JSON.stringify({ accounts: { paper: { broker: "paper" } }, webhooks: { [name]: entry } })
    )
  const config = webhooks({ url: hook.url })
  const daemon = daemonAt(place, {}, "--config", config)
  await daemon.says(/ROUNDLOT_WEBHOOK_SECRET_FILLS is not set: nothing is sent unsigned/)
  expect(hook.heard).toEqual([])
  const refused = async (entry: object, name?: string) =>
    (await place.cli("positions", "list", "--config", webhooks(entry, name))).err
  expect(await refused({ url: "http://chat.example/hook" })).toContain("webhooks.fills.url")
  expect(await refused({ url: hook.url, tags: ["FillRecordedd"] })).toContain("webhooks.fills.tags")
  expect(await refused({ url: hook.url, kinds: [] })).toContain("webhooks.fills.kinds: is not known")
  const elsewhere = webhooks({ url: hook.url, account: "papr" })
  const { code, err } = await desk().cli("start", "--until-idle", "--config", elsewhere)
  expect([code, err]).toEqual([
    2,
    expect.stringContaining("webhooks.fills.account: 'papr' is not known. Did you mean 'paper'?")
  ])
  expect(await refused({ url: hook.url }, "Fills")).toContain("webhooks.Fills: is not a valid webhook name")
})

it("what a webhook never takes is shown, tried and passed over on the command line", async () => {
  const hook = await receiver(1_000_000)
  const place = desk()
  const config = place.file(
    "roundlot.json",
    JSON.stringify({
      accounts: { paper: { broker: "paper" } },
      webhooks: { books: { url: hook.url, tags: ["TradeAccepted"] } }
    })
  )
  const variables = { ROUNDLOT_WEBHOOK_SECRET_BOOKS: SECRET }
  const daemon = daemonAt(place, variables, "--port", "0", "--open", "--config", config)
  await daemon.says(/roundlot is up/)
  await until(async () => JSON.stringify(await place.json("jobs", "list")).includes('"done"'))
  await place.cli("trades", "import", place.file("t.csv", buys(["a", "0.1"])), "--account", "paper", "--config", config)
  const Listed = Schema.Struct({
    items: Schema.NonEmptyArray(
      Schema.Struct({
        state: Schema.String,
        host: Schema.String,
        next: Schema.Array(Schema.Struct({ cursor: Schema.String, entry: Schema.Struct({ tag: Schema.String }) })),
        letters: Schema.Array(Schema.Struct({ status: Schema.String }))
      })
    )
  })
  const listed = async () =>
    Schema.decodeUnknownSync(Listed)(await place.json("webhooks", "list", "--config", config)).items[0]
  await until(async () => (await listed()).state === "failing")
  const { host, next } = await listed()
  expect([host, next.map(({ entry }) => entry.tag)]).toEqual([new URL(hook.url).host, ["TradeAccepted"]])
  const table = await place.cli("webhooks", "list", "--config", config)
  expect(table.out).toMatch(/books\s.*failing.*TradeAccepted T1.*webhook books: it answered 500/)
  expect(table.out).not.toContain("planted-in-the-address")
  const trial = (name: string) =>
    running(program("main", ["webhooks", "test", name, "--config", config, ...place.place]), { variables }).ended
  expect(await trial("books")).toMatchObject({ code: 3, out: expect.stringContaining("it answered 500") })
  expect((await trial("boks")).err).toContain("Did you mean 'books'?")
  const goOn = (after: string) => place.cli("webhooks", "continue", "books", "--after", after, "--config", config)
  expect(await goOn("nowhere")).toMatchObject({ code: 1, err: expect.stringContaining("is not a cursor") })
  expect(await goOn(next[0]?.cursor ?? "")).toMatchObject({ code: 0 })
  await until(async () => (await listed()).letters.length === 1 && (await listed()).state === "waiting")
  expect((await listed()).next).toEqual([])
})
