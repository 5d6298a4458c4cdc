import { SMTPServer } from "smtp-server"
import { describe, expect, it, onTestFinished } from "vitest"
import { daemonAt, differing } from "./daemon.ts"
import { CLOCKS, isSigned, receiver } from "./receiver.ts"
import { desk, program, running } from "./roundlot.ts"

const SECRET = "planted-channel-secret"

type Desk = ReturnType<typeof desk>

const configured = (place: Desk, alerts: object) =>
  place.file("roundlot.json", JSON.stringify({ accounts: { paper: { broker: "paper" } }, alerts }))

/** A server of e-mail on this machine, for as long as the test runs; it lets dana in, and no other. */
const mailbox = async () => {
  const letters: Array<string> = []
  let arrived: (() => void) | undefined
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    onAuth: ({ password, username }, _session, done) =>
      username === "dana" && password === `${SECRET}/@`
        ? done(null, { user: username })
        : done(new Error("no such user")),
    onData: (stream, { envelope }, done) => {
      let text = ""
      stream.on("data", (part: Buffer) => (text += part.toString()))
      stream.on("end", () => {
        if (!CLOCKS.test(text)) letters.push([...envelope.rcptTo.map(({ address }) => address), text].join("\n"))
        arrived?.()
        done()
      })
    }
  })
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)))
  const address = server.server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  const hears = (count: number) =>
    new Promise<void>((resolve) => {
      arrived = () => {
        if (letters.length >= count) resolve()
      }
      arrived()
    })
  return { at: (password: string) => `smtp://dana:${encodeURIComponent(password)}@127.0.0.1:${port}`, letters, hears }
}

const mail = { kind: "email", from: "roundlot@example.com", to: ["dana@example.com", "lee@example.com"] }

describe("channels of alerts", () => {
  it("FILL-15: what needs a person comes by every channel, each in its own form, and that it is over; no secret is said", async () => {
    const [chat, hook, pager, bot, box] = [
      await receiver(),
      await receiver(),
      await receiver(),
      await receiver(),
      await mailbox()
    ]
    const place = await differing()
    const config = configured(place, {
      channels: {
        chat: { kind: "slack" },
        hook: { kind: "webhook", url: `${hook.origin}/hook` },
        pager: { kind: "pagerduty", url: pager.origin },
        bot: { kind: "telegram", url: bot.origin, chat: "-100" },
        mail
      }
    })
    const first = daemonAt(
      place,
      {
        ROUNDLOT_CHANNEL_CHAT: chat.url,
        ROUNDLOT_CHANNEL_HOOK: SECRET,
        ROUNDLOT_CHANNEL_PAGER: SECRET,
        ROUNDLOT_CHANNEL_BOT: SECRET,
        ROUNDLOT_CHANNEL_MAIL: box.at(`${SECRET}/@`)
      },
      "--config",
      config
    )
    await Promise.all([chat, hook, pager, bot, box].map(({ hears }) => hears(1)))
    await place.cli("positions", "adjust", "AAPL", "--as", "base", "--by", "3", "--reason", "transferred", "--yes")
    await Promise.all([chat, hook, pager, bot, box].map(({ hears }) => hears(2)))
    const [looks, overs] = [
      /^Alert: Position differs, AAPL \(AAPL on paper\): books 2/,
      /^Resolved: Position differs, AAPL /
    ]
    const said = ({ heard }: typeof chat) => heard.map(({ body }): unknown => JSON.parse(body))
    expect(said(chat)).toEqual([{ text: expect.stringMatching(looks) }, { text: expect.stringMatching(overs) }])
    expect(said(hook)).toMatchObject([
      { text: expect.stringMatching(looks), status: "raised", caseId: "B1", account: "paper" },
      { text: expect.stringMatching(overs), status: "over" }
    ])
    for (const posted of hook.heard) expect(isSigned(posted, SECRET)).toBe(true)
    const [incident, resolved] = said(pager)
    expect(pager.heard.map(({ path }) => path)).toEqual(["/v2/enqueue", "/v2/enqueue"])
    expect(incident).toMatchObject({
      routing_key: SECRET,
      event_action: "trigger",
      payload: { summary: expect.stringMatching(looks), source: "roundlot", severity: "critical" }
    })
    expect(resolved).toMatchObject({ event_action: "resolve", dedup_key: Object(incident).dedup_key })
    expect(bot.heard.map(({ path }) => path)).toEqual([`/bot${SECRET}/sendMessage`, `/bot${SECRET}/sendMessage`])
    expect(said(bot)).toMatchObject([{ chat_id: "-100", text: expect.stringMatching(looks) }, { chat_id: "-100" }])
    expect(box.letters).toEqual([
      expect.stringMatching(
        /^dana@example.com\nlee@example.com\n[^]*Subject: Alert: Position differs, AAPL[^]*caseId: B1/
      ),
      expect.stringMatching(/Subject: Resolved: Position differs, AAPL/)
    ])
    // The same trial that `alerts test` sends, asked of the daemon.
    await place.cli("jobs", "enqueue", "alerts.test", "--payload", '{"channel":"chat"}')
    await chat.hears(3)
    expect(said(chat).at(-1)).toEqual({ text: expect.stringContaining("test alert of this channel") })
    const kept = JSON.stringify(await place.json("jobs", "list", "--limit", "0"))
    for (const text of [kept, first.said()]) expect(text).not.toMatch(/planted/)
  })

  it("alerts test tries every channel, or one, and says which of them fails, without a secret", async () => {
    const [chat, box, place] = [await receiver(), await mailbox(), desk()]
    const channels = { chat: { kind: "slack" }, mail, pager: { kind: "pagerduty" }, odd: { kind: "slack" } }
    const config = configured(place, { webhook: `${chat.origin}/webhook`, channels })
    const variables = {
      ROUNDLOT_CHANNEL_CHAT: chat.url,
      ROUNDLOT_CHANNEL_MAIL: box.at("planted-wrong"),
      ROUNDLOT_CHANNEL_ODD: "planted-no-address"
    }
    const typed = async (...words: ReadonlyArray<string>) => {
      const ran = running(program("main", ["alerts", "test", "--config", config, ...words, ...place.place]), {
        variables
      })
      const { code, err, out } = await ran.ended
      expect(out + err).not.toMatch(/planted/)
      return { code, text: out + err }
    }
    const { code, text } = await typed()
    expect(code).toBe(3)
    expect(text).toMatch(/webhook +sent/)
    expect(text).toMatch(/chat +sent/)
    expect(text).toMatch(/mail +channel mail: it cannot be sent: EAUTH/)
    expect(text).toMatch(/pager +channel pager: ROUNDLOT_CHANNEL_PAGER is not set/)
    expect(text).toMatch(/odd +channel odd: its variable is not an https:/)
    expect(chat.heard.map(({ body }) => body).join()).toContain("Alert: test alert of this channel: no open items")
    expect(box.letters).toEqual([])
    expect(await typed("--channel", "chat")).toMatchObject({ code: 0 })
    expect(await typed("--channel", "chatt")).toMatchObject({
      code: 2,
      text: expect.stringContaining("Did you mean 'chat'?")
    })
  })

  it("what a configuration says of a channel that cannot be is refused by name", async () => {
    const place = desk()
    const refused = async (entry: object, name = "pager") => {
      const config = configured(place, { channels: { [name]: entry } })
      return (await place.cli("positions", "list", "--config", config)).err
    }
    const channel = "alerts.channels.pager"
    expect(await refused({ kind: "slack" }, "Pager")).toContain("alerts.channels.Pager: is not a valid channel name")
    expect(await refused({ kind: "fax" })).toContain(`${channel}.kind: is "fax"`)
    expect(await refused({ kind: "telegram" })).toContain(`${channel}: is of the kind telegram and has no chat`)
    expect(await refused({ kind: "slack", url: "https://a.example" })).toContain(
      `${channel}.url: is not known of the kind slack`
    )
    expect(await refused({ kind: "pagerduty", url: "http://a.example" })).toContain(`${channel}.url`)
    expect(await refused({ kind: "slack", quiet: "22:00-07:00" })).toContain(`${channel}.quiet: has no time zone`)
    expect(await refused({ kind: "slack", quiet: "10pm-7am", zone: "UTC" })).toContain(
      `${channel}.quiet: quiet hours '10pm-7am' in 'UTC'`
    )
    expect(await refused({ kind: "slack", after: "soon" })).toContain(
      `${channel}.after: 'soon' is not a valid duration`
    )
    expect(await refused({ kind: "slack", atLeast: "grave" })).toContain(`${channel}.atLeast`)
    const none = await place.cli("alerts", "test", "--config", configured(place, { heartbeat: {} }))
    expect([none.code, none.err]).toEqual([2, expect.stringContaining("No alert channel is configured")])
  })

  it("an address hears again and again that the daemon runs", async () => {
    const [hook, place] = [await receiver(), desk()]
    const config = configured(place, { heartbeat: { every: "200ms" } })
    const first = daemonAt(place, { ROUNDLOT_HEARTBEAT: hook.url }, "--config", config)
    await hook.hears(3)
    expect(first.said()).not.toMatch(/planted/)
  })
})
