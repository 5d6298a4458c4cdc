import axe from "axe-core"
import { spawn, type ChildProcess } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { chromium, type APIResponse, type Browser, type Page, type Route } from "playwright-core"
import { afterAll, beforeAll, inject, onTestFailed } from "vitest"
import { desk } from "../../runner/test/cli/roundlot.ts"

/** A daemon of its own, on a store of its own, that can be ended and started again at the same address. */
class Daemon {
  readonly folder = mkdtempSync(join(tmpdir(), "roundlot-dashboard-"))
  readonly #storeOf: (folder: string) => Promise<string>
  #desk: ReturnType<typeof desk> | undefined
  #child: ChildProcess | undefined
  #port = 0

  constructor(storeOf: (folder: string) => Promise<string>) {
    this.#storeOf = storeOf
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Starts it, open unless it is said; it is there when it says so. */
  async start(flags: ReadonlyArray<string> = ["--open"]): Promise<void> {
    this.#desk ??= desk(await this.#storeOf(this.folder), undefined, this.folder)
    const words = ["start", "--port", String(this.#port), ...flags, ...this.#desk.place]
    const child = spawn(process.execPath, [join(inject("programs"), "main.mjs"), ...words], {
      cwd: this.folder,
      env: { ...process.env, ROUNDLOT_STORE: undefined },
      stdio: ["ignore", "pipe", "pipe"]
    })
    this.#child = child
    let said = ""
    await new Promise<void>((resolve, reject) => {
      const hear = (chunk: Buffer): void => {
        said += chunk.toString()
        const [, port] = /Dashboard: http:\/\/127\.0\.0\.1:(\d+)/.exec(said) ?? []
        if (port !== undefined && /Running/.test(said)) {
          this.#port = Number(port)
          resolve()
        }
      }
      child.stdout.on("data", hear)
      child.stderr.on("data", hear)
      child.on("exit", () => reject(new Error(`the daemon ended: ${said}`)))
    })
  }

  /** Runs a verb of the command line beside the daemon, in this process, which costs a fraction of one of its own; what it printed. */
  async cli(...verb: ReadonlyArray<string>): Promise<string> {
    if (this.#desk === undefined) throw new Error("the daemon was never started")
    const { code, err, out } = await this.#desk.cli(...verb)
    const said = out + err
    if (code !== 0) throw new Error(`roundlot ${verb.join(" ")} ended with ${code}: ${said}`)
    return said
  }

  /** Makes a token on the command line, beside the daemon. */
  async token(name: string, role: string): Promise<string> {
    const said = await this.cli("tokens", "create", name, "--role", role)
    const [secret] = /rlt_\S+/.exec(said) ?? []
    if (secret === undefined) throw new Error(`no token was made: ${said}`)
    return secret
  }

  /** Ends it, as a crash or a kind request. */
  async end(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once("exit", resolve))
    child.kill(signal)
    await gone
  }

  /** Stops it where it is, or lets it go on: it is there, and answers nothing meanwhile. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child?.kill(signal)
  }

  /** Asks its API, as no browser. */
  async ask(path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, {
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      headers: { "content-type": "application/json" }
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }

  /** The ids of a list, once there are so many. */
  async idsOf(path: string, count: number): Promise<Array<string>> {
    for (let tries = 0; tries < 1200; tries++) {
      const { items } = Object(await this.ask(path))
      if (items.length >= count) return items.map(({ id }: { readonly id: string }) => id)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`${path} has not ${count}`)
  }

  /** The id of the order of a symbol, once it stands so. */
  async orderAt(status: string, symbol: string): Promise<string> {
    const path = `/api/v1/orders?symbol=${symbol}`
    const [id = ""] = await this.idsOf(`${path}&status=${status}`, 1).catch(async (error: unknown) => {
      throw new Error(
        `it is ${JSON.stringify([await this.ask(path), await this.ask(`/api/v1/positions/${symbol}`), await this.ask("/health").catch(String)])}`,
        {
          cause: error
        }
      )
    })
    return id
  }

  async close(): Promise<void> {
    await this.end("SIGKILL")
    rmSync(this.folder, { recursive: true, force: true })
  }
}

const sqliteIn = (folder: string): Promise<string> => Promise.resolve(`sqlite:${join(folder, "books.db")}`)

/** A little less than a test may take, so that it is told what did not come. */
const LONGEST_WAIT_MS = 110_000

/** A browser for a file of tests: opens an address in a context of its own; what a page must not do is a failure of the test. */
export const browsing = () => {
  let launching: Promise<Browser> | undefined
  beforeAll(() => {
    launching = chromium.launch({
      ...(inject("chromium") === "" ? { channel: "chrome" } : { executablePath: inject("chromium") }),
      args: ["--no-sandbox", "--disable-gpu", "--headless=shell"]
    })
  })
  afterAll(async () => (await launching)?.close())

  return async (
    url: string,
    options: {
      readonly theme?: "light" | "dark"
      readonly width?: number
      readonly height?: number
      readonly script?: string
      /** The moment that its clock stays at, in UTC, whatever the zone of the machine. */
      readonly at?: string
    } = {}
  ) => {
    if (launching === undefined) throw new Error("no browser")
    const context = await (
      await launching
    ).newContext({
      colorScheme: options.theme ?? "light",
      viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
      reducedMotion: "reduce",
      ...(options.at === undefined ? {} : { timezoneId: "UTC" })
    })
    context.setDefaultTimeout(LONGEST_WAIT_MS)
    const page: Page = await context.newPage()
    if (options.script !== undefined) await page.addInitScript(options.script)
    if (options.at !== undefined) await page.clock.setFixedTime(options.at)
    const faults: Array<string> = []
    page.on("pageerror", (error) => faults.push(error.message))
    page.on("dialog", (dialog) => {
      faults.push(`a dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    page.on("console", (message) => {
      if (/Content Security Policy/i.test(message.text())) faults.push(message.text())
    })
    await page.goto(url)
    let shown = ""
    onTestFailed(({ task }) => {
      const [error] = task.result?.errors ?? []
      if (error !== undefined) error.message += `\n${page.url()} showed:\n${shown}\n`
    })
    // What a test's own route still asks for when it ends is nobody's error.
    const close = async () => {
      shown = await page.locator("body").innerText().catch(String)
      await page.unrouteAll({ behavior: "ignoreErrors" })
      await context.close()
    }
    return { page, faults, [Symbol.asyncDispose]: close }
  }
}

/** A daemon and a browser for a file of tests; the store is a file of SQLite where no other is named, the daemon open unless it is said. */
export const stage = (storeOf = sqliteIn, flags?: ReadonlyArray<string>) => {
  const daemon = new Daemon(storeOf)
  const openAt = browsing()
  beforeAll(() => daemon.start(flags))
  afterAll(() => daemon.close())
  const open = (path: string, options?: Parameters<typeof openAt>[1]) => openAt(daemon.url + path, options)
  return { daemon, open, findings, findingsInThemes }
}

/** What the daemon answers to a request that a test holds, by a connection of its own: one that is kept it may be closing just then. */
export const answerOf = (route: Route): Promise<APIResponse> =>
  route.fetch({ headers: { ...route.request().headers(), connection: "close" } })

const themes = ["light", "dark"] as const

/** What axe finds in a page in each theme, and what else is to be done in each; it is left in the light one. */
export const findingsInThemes = async (
  page: Page,
  alsoIn: (theme: (typeof themes)[number]) => Promise<void> = () => Promise.resolve()
): Promise<unknown> => {
  const found: Array<unknown> = []
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme })
    // Themes differ in their colours alone.
    found.push(await findings(page, theme === "light" ? {} : { runOnly: ["color-contrast"] }))
    await alsoIn(theme)
  }
  await page.emulateMedia({ colorScheme: "light" })
  return found.flat()
}

/** What axe finds in a page. Rules that ask for the order and kind of a page's parts, and all of WCAG 2.2 A and AA. */
export const findings = async (page: Page, { rules, ...only }: axe.RunOptions = {}): Promise<unknown> => {
  await page.evaluate(`window.axe === undefined && (() => { ${axe.source} })()`)
  // Its rule for what WCAG 2.2 added is off by itself.
  const all = { "target-size": { enabled: true }, ...rules }
  const options = JSON.stringify({ resultTypes: ["violations"], rules: all, ...only })
  return page.evaluate(`axe.run(document, ${options}).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 200)).slice(0, 3).join(" | ")))`)
}
