import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { connect } from "@nats-io/transport-node"

const NAME = "nats-server"
const cache = fileURLToPath(new URL("../../../node_modules/.cache/nats-server", import.meta.url))

const onPath = (): string | undefined =>
  (process.env["PATH"] ?? "")
    .split(":")
    .map((folder) => join(folder, NAME))
    .find((file) => existsSync(file))

const unpacked = join(cache, "root", "usr", "sbin", NAME)

/** Lists of packages of our own, where this machine has none that are up to date. */
const ownLists = (folder: string): ReadonlyArray<string> => {
  for (const each of ["state/lists/partial", "cache/archives/partial"])
    mkdirSync(join(folder, each), { recursive: true })
  return ["-o", `Dir::State=${join(folder, "state")}`, "-o", `Dir::Cache=${join(folder, "cache")}`]
}

/** Fetches Debian's package and unpacks it, with no right of root and nothing installed; whole, or not at all: files of tests may do so at once. */
const fetched = (): string => {
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, "fetching-"))
  const apt = (...args: ReadonlyArray<string>) => execFileSync("apt-get", [...args], { cwd: folder, stdio: "pipe" })
  try {
    try {
      apt("download", NAME)
    } catch {
      const lists = ownLists(folder)
      apt("update", ...lists)
      apt("download", NAME, ...lists)
    }
    const deb = readdirSync(folder).find((file) => file.endsWith(".deb")) ?? ""
    execFileSync("dpkg", ["-x", join(folder, deb), join(folder, "root")], { stdio: "pipe" })
    mkdirSync(dirname(unpacked), { recursive: true })
    renameSync(join(folder, "root", "usr", "sbin", NAME), unpacked)
  } catch (error) {
    throw new Error(
      `There is no ${NAME} on PATH, and Debian's could not be fetched: install ${NAME}, such as by apt install ${NAME}`,
      { cause: error }
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return unpacked
}

const binary = (): string => onPath() ?? (existsSync(unpacked) ? unpacked : fetched())

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

const untilAnswers = async (url: string, child: ChildProcess): Promise<void> => {
  for (;;) {
    const ended = child.exitCode ?? child.signalCode
    if (ended !== null) throw new Error(`${NAME} ended with ${ended} while it started`)
    try {
      const connection = await connect({ servers: url, ...PASSWORD, reconnect: false })
      await connection.close()
      return
    } catch {
      await new Promise((resolve) => void setTimeout(resolve, 20))
    }
  }
}

/** Ends a server, and its folder, when this process ends without having done so: its end of a pipe closes then, however it ends. */
const watching = ({ pid }: ChildProcess, folder: string): ChildProcess => {
  const script = 'cat > /dev/null; kill -9 "$0"; rm -rf "$1"'
  const watcher = spawn("sh", ["-c", script, String(pid), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true
  })
  watcher.unref()
  return watcher
}

/** Who may connect. */
export const PASSWORD = { user: "app", pass: "hunter2" }

/** A server with JetStream of a test's own, in a folder that goes with it. */
export interface Server {
  /** Its address, with user and password. */
  readonly url: string
  /** Kills it, and starts it where it was. */
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
  readonly remove: () => Promise<void>
}

/** Starts a server on a free port of this machine. */
export const makeServer = async (): Promise<Server> => {
  const folder = mkdtempSync(join(tmpdir(), "roundlot-nats-"))
  const port = await freePort()
  let child: ChildProcess | undefined
  let watcher: ChildProcess | undefined
  const start = async () => {
    const args = [
      "-a",
      "127.0.0.1",
      "-p",
      String(port),
      "-js",
      "-sd",
      folder,
      "--user",
      PASSWORD.user,
      "--pass",
      PASSWORD.pass
    ]
    child = spawn(binary(), args, { stdio: "ignore" })
    watcher = watching(child, folder)
    await untilAnswers(`127.0.0.1:${port}`, child)
  }
  const kill = async () => {
    const running = child
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
    const ended = new Promise((resolve) => running.once("exit", resolve))
    watcher?.kill("SIGKILL")
    running.kill("SIGKILL")
    await ended
  }
  const remove = async () => {
    await kill()
    rmSync(folder, { recursive: true, force: true })
  }
  await start()
  return { url: `nats://${PASSWORD.user}:${PASSWORD.pass}@127.0.0.1:${port}`, kill, start, remove }
}
