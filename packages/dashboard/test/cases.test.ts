import { breakKinds } from "@roundlot/api/client"
import { Effect } from "effect"
import type { Page } from "playwright-core"
import { expect, test } from "vitest"
import { Order, Reads } from "@roundlot/core"
import { inbox, JOB, PART } from "../../runner/test/views/inbox.ts"
import { proposed } from "../../runner/test/views/proposed.ts"
import * as scene from "../../runner/test/views/scene.ts"
import { ask, json, serving } from "../../runner/test/serve/serving.ts"
import { shownTime } from "../src/format/time.ts"
import { onBooks } from "./onBooks.ts"
import { browsing, findings } from "./stage.ts"

const open = browsing()

/** What a case's page says: what was seen, and what to do first. */
const saidOn = async (page: Page, url: string) => {
  await page.goto(url)
  const seen = page.locator("section", { hasText: "Evidence" }).first()
  await seen.getByText(/^Recommended: /).waitFor()
  return seen.locator(".evidence").allInnerTexts()
}

/** A sentence of the program with its times as pages show them. */
const inZone = (text: string): string =>
  text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (at) => shownTime(at, Date.now(), false))

/** A break of every kind, each about an order. */
const everyKind = Effect.gen(function* () {
  yield* scene.at(0)
  yield* scene.open()
  yield* scene.trade("t-1", "buy", "2", "AAPL", "150")
  yield* scene.accepted(1)
  for (const kind of breakKinds) {
    yield* scene.opens({ symbol: "AAPL", kind, subject: "O1" })
  }
})

test("G: the page of a case of every kind of break shows its evidence, both sides and a recommended verdict with its reason", () =>
  onBooks(
    Effect.gen(function* () {
      yield* everyKind
      const port = yield* serving
      const url = `http://127.0.0.1:${port}`
      yield* Effect.promise(async () => {
        await using seen = await open(`${url}/attention`)
        for (const [at, kind] of breakKinds.entries()) {
          const said = await saidOn(seen.page, `${url}/attention/B${at + 1}`)
          const recommended = said.filter((each) => /^Recommended: [a-z ]+\. [A-Z].*\.$/.test(each))
          expect([said[0], recommended.length]).toEqual([inZone(scene.evidenceOf(kind)), 1])
          await seen.page.getByRole("heading", { name: "In the books", exact: true }).waitFor()
          await seen.page.getByRole("heading", { name: "At the broker", exact: true }).waitFor()
          const cancels = await seen.page.getByRole("button", { name: "Cancel O1", exact: true }).count()
          expect([kind, cancels]).toEqual([kind, recommended[0]?.startsWith("Recommended: cancel it.") ? 1 : 0])
        }
        expect(seen.faults).toEqual([])
      })
    })
  ))

/** What each case that is no break shows beside what was seen. */
const apart = [
  ["O1", "Unconfirmed Warning", "At the broker"],
  ["T2", "Quarantined Warning", "The trade that it reverses has not arrived yet"],
  [JOB, "Given up Warning", "the broker is away"],
  [PART, "Failing Warning", "refused"]
] as const

test("G: each line of the inbox that is no break has its page with evidence and a recommended verdict, and gets an owner, an acknowledgement and a note there", () =>
  onBooks(
    Effect.gen(function* () {
      yield* inbox
      const port = yield* serving
      const url = `http://127.0.0.1:${port}`
      const lines = yield* Effect.promise(async () => {
        await using seen = await open(`${url}/attention`)
        const { page } = seen
        for (const [id, heading, evidence] of apart) {
          await page.goto(`${url}/attention`)
          await page.getByRole("link", { name: id, exact: true }).click()
          await page.getByRole("heading", { level: 1, name: heading }).waitFor()
          await page.getByText(/^Recommended: [a-z ]+\.$/).waitFor()
          await page.getByText(evidence).first().waitFor()
          const dialog = page.getByRole("dialog")
          const says = async (verb: string, reason: string, owner?: string) => {
            await page.getByRole("button", { name: verb, exact: true }).click()
            if (owner !== undefined) await dialog.getByLabel("Owner").fill(owner)
            await dialog.getByLabel("Reason").fill(reason)
            await dialog.getByRole("button", { name: verb, exact: true }).click()
            await dialog.getByText("Recorded for").waitFor()
            await dialog.getByRole("button", { name: "Close" }).click()
          }
          await says(`Assign ${id}`, "she is on call", "dana")
          await says(`Acknowledge ${id}`, "the broker is called")
          await says(`Note on ${id}`, `ticket of ${id}`)
          await page.reload()
          await page.getByRole("heading", { name: "Notes" }).waitFor()
          await page.getByText("dana", { exact: true }).first().waitFor()
          expect(await findings(page)).toEqual([])
        }
        await page.goto(`${url}/attention`)
        const waiting = page.locator("section", { hasText: "Needs attention" }).getByRole("listitem")
        await waiting.first().waitFor()
        expect(await findings(page)).toEqual([])
        expect(seen.faults).toEqual([])
        return await waiting.allInnerTexts()
      })
      expect(lines.filter((each) => each.includes("dana"))).toHaveLength(apart.length)
      const cases = json(yield* ask(port, "/api/v1/cases"))
      const done = { owner: "dana", acknowledged: { severity: "warning", by: "api" } }
      expect(cases).toMatchObject({ items: apart.map(() => done) })
    })
  ))

/** A page that stays open while time passes in the books. */
const opened = (url: string) =>
  Effect.acquireRelease(
    Effect.promise(() => open(url)),
    (seen) => Effect.promise(() => seen[Symbol.asyncDispose]())
  )

test("G: breaks of one cause come as one line with the way to each, by themselves once they have settled; before that they are no case", () =>
  onBooks(
    Effect.gen(function* () {
      yield* scene.at(0)
      yield* scene.open()
      for (const subject of ["O1", "O2"]) yield* scene.opens({ symbol: "AAPL", kind: "ForeignOrderId", subject })
      const url = `http://127.0.0.1:${yield* serving}`
      const seen = yield* opened(url)
      const inbox = yield* opened(`${url}/attention`)
      const lines = inbox.page.locator("section", { hasText: "Needs attention" }).getByRole("listitem")
      yield* Effect.promise(async () => {
        await seen.page.getByText("No open items.").waitFor()
        await inbox.page.getByRole("table", { name: "Attention" }).getByText("O2").waitFor()
        expect(await lines.count()).toBe(0)
      })
      yield* scene.at(5)
      yield* Effect.promise(async () => {
        const { page } = seen
        await page.getByRole("heading", { level: 1, name: "Trading, with 1 case open", exact: true }).waitFor()
        expect(await page.title()).toBe("(1) Overview · Roundlot")
        await page.getByText("1 case opened.").waitFor()
        const needs = page.getByRole("region", { name: "Needs attention" }).getByRole("listitem")
        expect(await needs.count()).toBe(1)
        await needs.getByText("2 of one cause").waitFor()
        expect(await findings(page)).toEqual([])
        await lines.first().waitFor()
        expect(await lines.count()).toBe(1)
        expect(await findings(inbox.page)).toEqual([])
        for (const id of ["B1", "B2"]) {
          await inbox.page.goto(`${url}/attention`)
          await lines.getByRole("link", { name: id, exact: true }).last().click()
          await inbox.page.waitForURL(`**/attention/${id}`)
          const others = inbox.page.locator("section", { hasText: "Evidence" }).getByText("2 of one cause")
          await others.getByRole("link", { name: "B2" }).waitFor()
        }
        await inbox.page.getByRole("button", { name: "Resolve B2" }).click()
        const dialog = inbox.page.getByRole("dialog")
        await dialog.getByLabel("Reason").fill("not of this desk")
        await dialog.getByLabel("Type AAPL to confirm").fill("AAPL")
        await dialog.getByRole("button", { name: "Resolve B2" }).click()
        await dialog.getByText("Recorded for").waitFor()
        await needs.getByText("2 of one cause").waitFor({ state: "detached" })
        expect(await needs.count()).toBe(1)
        expect([...seen.faults, ...inbox.faults]).toEqual([])
      })
    })
  ))

test("O24: what decides a doubt stands in its line, on its page and in the dialog of each verdict, before anything is said", () =>
  onBooks(
    Effect.gen(function* () {
      yield* scene.at(0)
      yield* scene.open()
      yield* scene.trade("t-1", "buy", "2", "AAPL", "150")
      yield* scene.unclear(1)
      yield* scene.trade("t-2", "buy", "3", "AAPL", "150")
      yield* scene.opens({ symbol: "AAPL", kind: "Doubt", subject: "O1" })
      yield* scene.at(30)
      yield* scene.unclear(1, true)
      yield* scene.at(61)
      const url = `http://127.0.0.1:${yield* serving}`
      yield* Effect.promise(async () => {
        await using seen = await open(`${url}/attention`)
        const { page } = seen
        const decides = "The broker answered that the client order id is in use: it has the order."
        await page.getByRole("table", { name: "Attention" }).getByText(decides).waitFor()
        await page.goto(`${url}/attention/B1`)
        await page.getByRole("list", { name: "At risk" }).getByText(decides).waitFor()
        await page.getByRole("link", { name: "O1", exact: true }).first().click()
        for (const verdict of ["Mark O1 as placed", "Mark O1 as not placed"]) {
          await page.getByRole("button", { name: verdict }).click()
          const dialog = page.getByRole("dialog")
          // A dry run that has to know the broker's id is made once that is typed.
          if (verdict === "Mark O1 as placed") await dialog.getByLabel("The broker's order id").fill("B-1")
          const atRisk = dialog.getByRole("list", { name: "At risk" })
          await atRisk.getByText(decides).waitFor()
          await atRisk.getByText("S2", { exact: true }).waitFor()
          await atRisk.getByText(/^Due and not ordered: 3 AAPL/).waitFor()
          await dialog.getByText("Recommended: mark it as placed.").waitFor()
          await dialog.getByText(/^The broker already has its client order id/).waitFor()
          expect(await findings(page)).toEqual([])
          await dialog.getByRole("button", { name: "Cancel", exact: true }).click()
        }
        expect(seen.faults).toEqual([])
      })
    })
  ))

/** Presses a button of an order's page and confirms it by its symbol, once its dialog says what follows and the verb that does the same. */
const resolves = async (page: Page, verb: string, follows: RegExp, cli: string) => {
  await page.getByRole("button", { name: verb, exact: true }).click()
  const dialog = page.getByRole("dialog")
  await dialog.getByText(follows).first().waitFor()
  await dialog.getByText(cli).waitFor()
  const press = dialog.getByRole("button", { name: verb, exact: true })
  await dialog.getByLabel("Reason").fill("the broker said so by phone")
  expect(await press.getAttribute("aria-disabled")).toBe("true")
  await dialog.getByLabel("Type AAPL to confirm").fill("AAPL")
  await press.click()
  await dialog.getByText("Recorded for").waitFor()
  await dialog.getByRole("button", { name: "Close" }).click()
}

test("W2, W9: what a broker reported and was not possible is looked at from its case, and a person accepts an amendment, accepts an execution, and voids", () =>
  onBooks(
    Effect.gen(function* () {
      yield* scene.at(0)
      yield* scene.open()
      yield* scene.trade("t-1", "buy", "2", "AAPL", "150")
      yield* scene.accepted(1)
      yield* scene.at(3)
      yield* scene.shows(1, "5", 3)
      const port = yield* serving
      const url = `http://127.0.0.1:${port}`
      const order = Effect.map(ask(port, "/api/v1/orders/O1"), json)
      const { page, faults } = yield* opened(`${url}/attention/B1`)
      yield* Effect.promise(async () => {
        await page.getByRole("heading", { level: 1, name: /^Implausible/ }).waitFor()
        await page
          .locator("section", { hasText: "Evidence" })
          .getByText(/^Recommended: /)
          .waitFor()
        expect(await findings(page)).toEqual([])
        await page.getByRole("link", { name: "O1", exact: true }).first().click()
        await page.getByText("Held report 1 (W2): quantity 5, plausible: 2. Not booked.").waitFor()
        expect(await findings(page)).toEqual([])
        const cli = "orders accept-report O1 --report 1"
        await resolves(page, "Accept report 1", /^Books quantity 5 for O1\. Plausible was: 2\.$/, cli)
        await page.getByText("Held report 1 (").waitFor({ state: "detached" })
      })
      expect(yield* order).toMatchObject({ quantity: "5", sentQuantity: "2" })
      expect(json(yield* ask(port, "/api/v1/breaks/B1"))).toMatchObject({ status: "closed" })
      yield* scene.at(6)
      yield* scene.fills(1, { exec: "x1", quantity: "9", price: "150", isJudged: true })
      yield* Effect.promise(async () => {
        await page.getByText("Held report 2 (W9): execution 9, plausible: 5, execution x1.0. Not booked.").waitFor()
        const cli = "orders accept-report O1 --report 2"
        await resolves(page, "Accept report 2", /^Books execution 9 for O1\. Plausible was: 5\.$/, cli)
        await page.getByText("Held report 2 (").waitFor({ state: "detached" })
      })
      expect(yield* order).toMatchObject({ filledQuantity: "9", excess: "7" })
      yield* scene.at(9)
      yield* scene.shows(1, "70", 9)
      yield* Effect.promise(async () => {
        await page.getByText("Held report 3 (W2): quantity 70").waitFor()
        const follows = /^All reported totals of O1 are discarded\. It is buy 2 AAPL again, as sent\.$/
        await resolves(page, "Void reports of O1", follows, "orders void O1")
        await page.getByText("Held report 3 (").waitFor({ state: "detached" })
        expect(faults).toEqual([])
      })
      expect(yield* order).toMatchObject({ quantity: "2", filledQuantity: "9" })
      const open = json(yield* ask(port, "/api/v1/breaks?status=open&kind=Implausible"))
      expect(open).toMatchObject({ items: [] })
    })
  ))

test("SYNC-12: an order that a program proposed is found on the overview, looked at, and approved in a dialog: four clicks and a reason", () =>
  onBooks(
    Effect.gen(function* () {
      yield* proposed
      const port = yield* serving
      yield* Effect.promise(async () => {
        await using seen = await open(`http://127.0.0.1:${port}/`)
        const { page } = seen
        await page.getByRole("heading", { level: 1, name: /1 case open/ }).waitFor()
        expect(await findings(page)).toEqual([])
        await page.getByRole("link", { name: "Resolve O1" }).click()
        await page.getByRole("heading", { level: 1, name: "Proposed Warning" }).waitFor()
        await page.getByText("proposed:model").waitFor()
        expect(await findings(page)).toEqual([])
        const dialog = page.getByRole("dialog")
        await page.getByRole("button", { name: "Note on O1", exact: true }).click()
        await dialog.getByLabel("Reason").fill("the desk is asked")
        await dialog.getByRole("button", { name: "Note on O1", exact: true }).click()
        await dialog.getByText("Recorded for").waitFor()
        await dialog.getByRole("button", { name: "Close" }).click()
        await page.getByRole("button", { name: "Approve O1", exact: true }).click()
        await dialog.getByText(/buy 2 AAPL of main \(.*limit 150\) is checked against/).waitFor()
        await dialog.getByLabel("Reason").fill("as agreed with the desk")
        await dialog.getByRole("button", { name: "Approve O1", exact: true }).click()
        await dialog.getByText("Recorded for").waitFor()
        await page.goto(`http://127.0.0.1:${port}/orders/O1`)
        await page.getByRole("heading", { level: 1, name: /Buy 2 AAPL/ }).waitFor()
        expect(await page.getByRole("button", { name: "Approve O1" }).count()).toBe(0)
        expect(seen.faults).toEqual([])
      })
      const [order] = yield* Reads.all(Order.OrderTable)
      expect(order?.approvedAt).toBeDefined()
    })
  ))

test("G: a direct order that its broker rejected stands on the overview with the broker's words, until it is acknowledged", () =>
  onBooks(
    Effect.gen(function* () {
      yield* scene.at(0)
      yield* scene.open()
      yield* scene.directly("t-1", "buy", "3")
      yield* scene.refused(1)
      const port = yield* serving
      yield* Effect.promise(async () => {
        await using seen = await open(`http://127.0.0.1:${port}/`)
        const { page } = seen
        await page.getByRole("heading", { level: 1, name: /1 case open/ }).waitFor()
        await page.getByText("buy 3 AAPL on main was rejected: not enough").waitFor()
        expect(await findings(page)).toEqual([])
        await page.getByRole("link", { name: "Review O1" }).click()
        await page.getByRole("heading", { level: 1, name: "Rejected Warning" }).waitFor()
        await page.getByText("buy 3 AAPL, market, day, regular session was rejected: not enough").waitFor()
        await page.getByText("Submit it again if it is still wanted").waitFor()
        expect(await findings(page)).toEqual([])
        const dialog = page.getByRole("dialog")
        await page.getByRole("button", { name: "Acknowledge O1", exact: true }).click()
        await dialog.getByLabel("Reason").fill("sent at another broker")
        await dialog.getByRole("button", { name: "Acknowledge O1", exact: true }).click()
        await dialog.getByText("Recorded for").waitFor()
        await page.goto(`http://127.0.0.1:${port}/`)
        await page.getByText("No open items.").waitFor()
        expect(seen.faults).toEqual([])
      })
    })
  ))

test("F12 of reconciliation: a commission whose execution is not booked yet stands among the fills, until it is", () =>
  onBooks(
    Effect.gen(function* () {
      yield* scene.at(0)
      yield* scene.open()
      yield* scene.trade("t-1", "buy", "2", "AAPL", "150")
      yield* scene.accepted(1)
      yield* scene.costs("x9.0", "0.35")
      const port = yield* serving
      yield* Effect.promise(async () => {
        await using seen = await open(`http://127.0.0.1:${port}/fills`)
        const table = seen.page.getByRole("table", { name: "Unmatched commissions" })
        await table.getByText("x9.0", { exact: true }).waitFor()
        await table.getByText("0.35").waitFor()
        expect(await findings(seen.page)).toEqual([])
        expect(seen.faults).toEqual([])
      })
      yield* scene.fills(1, { exec: "x9", quantity: "1", price: "150" })
      yield* Effect.promise(async () => {
        await using seen = await open(`http://127.0.0.1:${port}/fills`)
        await seen.page.getByRole("link", { name: "O1" }).first().waitFor()
        expect(await seen.page.getByText("Unmatched commissions").count()).toBe(0)
      })
    })
  ))
