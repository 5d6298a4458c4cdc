import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect } from "@nats-io/transport-node"
import { programOf } from "../../runner/test/program/debian.ts"

const NAME = "nats-server"
const program = { name: NAME, packages: [NAME], file: join("usr", "sbin", NAME) } as const

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
    child = spawn(programOf(program), args, { stdio: "ignore" })
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
