import { spawnSync } from "node:child_process"
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs"
import { join, relative } from "node:path"
import process from "node:process"
import { Schema } from "effect"
import { describe, expect, it, onTestFinished } from "vitest"
import { parse } from "yaml"
import { desk, running } from "../cli/roundlot.ts"
import { read, root } from "../reference/blocks.ts"

/** The instructions of the Dockerfile, in their order. */
const steps = [...read("deploy/Dockerfile").matchAll(/^([A-Z]+) (.+)$/gm)].map(([, name = "", rest = ""]) => ({
  name,
  rest
}))

const saidBy = (name: string): string => steps.find((step) => step.name === name)?.rest ?? ""
const Words = Schema.decodeUnknownSync(Schema.parseJson(Schema.Array(Schema.String)))

/** What the image starts, at a port that is free. */
const command = Words(saidBy("CMD")).map((word) => (word === "8080" ? "0" : word))

/** A line of `.dockerignore` as a pattern of paths; what is below a folder goes its way. */
const patternOf = (glob: string): RegExp => {
  const parts = glob.split(/(\*\*\/|\*)/).map((part) => {
    if (part === "**/") return "(?:.*/)?"
    return part === "*" ? "[^/]*" : part.replaceAll(/[.$]/g, String.raw`\$&`)
  })
  return new RegExp(`^${parts.join("")}(?:/.*)?$`)
}

const ignored = read(".dockerignore")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => ({ isTaken: line.startsWith("!"), pattern: patternOf(line.replace(/^!/, "")) }))

/** Whether a builder is given a file: the last line that speaks of it counts. */
const isGiven = (path: string): boolean => ignored.findLast(({ pattern }) => pattern.test(path))?.isTaken ?? true

/** Runs a command that must end well. */
const done = async (cwd: string, ...words: ReadonlyArray<string>): Promise<void> => {
  expect(await running(words, { cwd }).ended).toMatchObject({ code: 0 })
}

/** The command line that starts the daemon of an image, and its environment. */
interface Image {
  readonly command: ReadonlyArray<string>
  readonly cwd?: string
  readonly variables?: Readonly<Record<string, string>>
}

/** Built and run by Docker, or by what takes its command line. */
const builtBy = async (builder: string, folder: string): Promise<Image> => {
  const name = `roundlot-test-${process.pid}`
  await done(root, builder, "build", "--file", "deploy/Dockerfile", "--tag", name, ".")
  onTestFinished(() => void spawnSync(builder, ["rmi", "--force", name]))
  const volume = `${join(folder, "etc/roundlot")}:/etc/roundlot:ro`
  return { command: [builder, "run", "--rm", "--network", "host", "--volume", volume, name, ...command] }
}

/** Who may change user starts the daemon as one that owns nothing of the image. */
const isRoot = process.getuid?.() === 0
const NOBODY = 65_534
const user = isRoot ? NOBODY : process.getuid?.()
const asUser = isRoot ? ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--"] : []

/** Built by the Dockerfile's steps themselves, in a folder that stands for the machine. */
const builtByStep = async (folder: string): Promise<Image> => {
  const here = (text: string) => text.replaceAll(/(?<![\w.])\/(?=(?:app|state|etc)\b)/g, `${folder}/`)
  const variables: Record<string, string> = {}
  let cwd = folder
  let prefix: ReadonlyArray<string> = []
  const does: Readonly<Record<string, (rest: string) => unknown>> = {
    FROM: (rest) => expect(rest).toMatch(/^node:\d\d-/),
    WORKDIR: (rest) => mkdirSync((cwd = here(rest)), { recursive: true }),
    COPY: (rest) => {
      // Each stage is in the same folder here.
      if (rest === "--from=build /app /app") return
      expect(rest).toBe(". .")
      cpSync(root, cwd, { recursive: true, filter: (path) => path === root || isGiven(relative(root, path)) })
    },
    RUN: (rest) => done(cwd, "sh", "-c", here(rest).replace("chown node ", `chown ${user} `)),
    ENV: (rest) => {
      const [name = "", value = ""] = rest.split("=")
      variables[name] = here(value)
    },
    USER: () => (prefix = asUser),
    VOLUME: (rest) => expect(statSync(here(rest)).uid).toBe(user),
    ENTRYPOINT: (rest) => (prefix = [...prefix, ...Words(rest)]),
    CMD: () => (prefix = [...prefix, ...command.map(here)])
  }
  for (const { name, rest } of steps) {
    const step = does[name]
    if (step === undefined) throw new Error(`nobody knows how ${name} is done without a builder`)
    await step(rest)
  }
  return { command: prefix, cwd, variables }
}

/** What builds and runs images on this machine. */
const builder = ["docker", "podman"].find((name) => spawnSync(name, ["info"]).status === 0)

/** A machine's folder with the configuration that is shipped. */
const machine = (): string => {
  const { folder } = desk()
  chmodSync(folder, 0o755)
  mkdirSync(join(folder, "etc/roundlot"), { recursive: true })
  cpSync(join(root, "deploy/roundlot.json"), join(folder, "etc/roundlot/roundlot.json"))
  return folder
}

/** Everything is installed, and the dashboard and the program are built. */
const BUILDING_MS = 900_000

describe("the container", () => {
  it(
    "BAT-14: is built, and starts a daemon that may work and ends when it is asked to",
    { timeout: BUILDING_MS },
    async () => {
      const folder = machine()
      const image = await (builder === undefined ? builtByStep(folder) : builtBy(builder, folder))
      const daemon = running(image.command, image)
      await daemon.says(/roundlot is up/)
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(daemon.said()) ?? []
      expect([daemon.said(), url]).toEqual([expect.anything(), expect.stringMatching(/:\d+$/)])
      await expect.poll(async () => (await fetch(`${url}/ready`)).status).toBe(200)
      expect(await (await fetch(`${url}/`)).text()).toContain("<script")
      daemon.signal("SIGTERM")
      expect(await daemon.ended).toMatchObject({ code: 0 })
    }
  )

  it("is made of sources alone: no key, no store and no configuration gets into it", () => {
    const ours = [
      "package.json",
      "pnpm-lock.yaml",
      "tsconfig.base.json",
      "packages/runner/src/main.ts",
      "docs/rules.md"
    ]
    const secret = [
      "deploy/secrets/roundlot.env",
      "roundlot.json",
      "roundlot.config.ts",
      "broker.env",
      "books.db",
      ".roundlot/roundlot.db",
      ".git/config",
      ".npmrc",
      "packages/runner/.env",
      "packages/runner/books.db",
      "packages/runner/books.operator.token",
      "packages/core/node_modules/effect/package.json"
    ]
    expect(ours.filter((path) => !isGiven(path))).toEqual([])
    expect(secret.filter(isGiven)).toEqual([])
  })
})

const Texts = Schema.Array(Schema.String)
const Optional = Schema.optionalWith(Texts, { default: () => [] })
const Composed = Schema.decodeUnknownSync(
  Schema.Struct({
    services: Schema.Record({
      key: Schema.String,
      value: Schema.Struct({
        network_mode: Schema.optional(Schema.Literal("host")),
        command: Optional,
        environment: Schema.optionalWith(Schema.Record({ key: Schema.String, value: Schema.String }), {
          default: () => ({})
        }),
        ports: Optional,
        volumes: Optional,
        secrets: Optional
      })
    }),
    volumes: Schema.Record({ key: Schema.String, value: Schema.Null }),
    secrets: Schema.Record({ key: Schema.String, value: Schema.Struct({ file: Schema.String }) })
  })
)

describe("the compose file", () => {
  const composed = Composed(parse(read("deploy/compose.yaml")))
  const services = Object.entries(composed.services)

  it("listens on this machine alone", () => {
    for (const [name, { command: words, environment, network_mode: network, ports }] of services) {
      const listening = network === undefined ? ports : [...words, ...Object.values(environment)]
      // The daemon listens there unless it is said otherwise.
      const isHere = name === "roundlot" ? !words.includes("--host") : listening.join(" ").includes("127.0.0.1")
      expect([name, isHere]).toEqual([name, true])
      expect(ports.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([])
    }
  })

  it("mounts files that are there, and volumes that it names", () => {
    const mounted = services.flatMap(([, { volumes }]) => volumes.map((volume) => volume.split(":")[0] ?? ""))
    const missing = mounted.filter((from) =>
      from.startsWith(".") ? !existsSync(join(root, "deploy", from)) : !(from in composed.volumes)
    )
    expect(missing).toEqual([])
  })

  it("has no secret in it: each is a file that is made once, with the one password in the daemon's address", async () => {
    const { folder } = desk()
    cpSync(join(root, "deploy/secrets.sh"), join(folder, "secrets.sh"))
    await done(folder, "sh", "secrets.sh")
    expect(statSync(join(folder, "secrets")).mode & 0o777).toBe(0o700)
    const files = Object.entries(composed.secrets)
    const texts = () => files.map(([, { file }]) => readFileSync(join(folder, file), "utf8"))
    const made = texts()
    await done(folder, "sh", "secrets.sh")
    expect(texts()).toEqual(made)
    const textOf = (name: string) => made[files.findIndex(([each]) => each === name)] ?? ""
    const password = textOf("postgres.password")
    expect(password).toMatch(/^[0-9a-f]{48}$/)
    const { environment } = composed.services["postgres"] ?? {}
    const address = new URL(textOf("roundlot.env").replace("ROUNDLOT_STORE=", ""))
    expect([address.username, address.password, address.pathname]).toEqual([
      environment?.["POSTGRES_USER"],
      password,
      `/${environment?.["POSTGRES_DB"]}`
    ])
    expect(composed.services["postgres"]?.ports).toEqual([`${address.host}:5432`])
    const secret = services
      .flatMap(([, each]) => Object.entries(each.environment))
      .filter(([name]) => /PASSW/.test(name))
    expect(secret.length).toBeGreaterThan(1)
    expect(secret.filter(([name, value]) => !(name.endsWith("_FILE") && value.startsWith("/run/secrets/")))).toEqual([])
    const used = services.flatMap(([, { secrets }]) => secrets)
    expect(new Set(used)).toEqual(new Set(files.map(([name]) => name)))
  })

  it("has Prometheus ask the daemon, and Grafana ask Prometheus", () => {
    const { command: daemon = [] } = composed.services["roundlot"] ?? {}
    const { command: prometheus = [] } = composed.services["prometheus"] ?? {}
    expect(read("deploy/prometheus.yml")).toContain(`127.0.0.1:${daemon[daemon.indexOf("--port") + 1]}`)
    const [, listening] = /--web\.listen-address=(\S+)/.exec(prometheus.join(" ")) ?? []
    expect(read("deploy/grafana/datasource.yaml")).toContain(`http://${listening}`)
    const [, folder] = /path: (\S+)/.exec(read("deploy/grafana/dashboards.yaml")) ?? []
    const { volumes = [] } = composed.services["grafana"] ?? {}
    expect(volumes.join(" ")).toContain(`../docs/reference/grafana.json:${folder}/`)
  })
})
