import { spawn, type ChildProcess } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** The program, as it is built. */
export const MAIN = fileURLToPath(new URL("../../packages/runner/dist/main.js", import.meta.url))

/** A process that serves HTTP on a port of this machine. */
export interface Served {
  readonly port: number
  /** Resident memory now, in bytes, as the kernel counts it. */
  readonly resident: () => number
  /** What it prints after a signal, once this is in it. */
  readonly said: (signal: NodeJS.Signals, wanted: RegExp) => Promise<string>
  readonly end: () => Promise<void>
}

const KB = 1024

const residentOf = ({ pid }: ChildProcess): number => {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid ?? "self"}/status`, "utf8")) ?? []
  return Number(kilobytes) * KB
}

/** Starts a program of Node's and waits until it says its port, as `127.0.0.1:PORT`. */
export const served = (args: ReadonlyArray<string>): Promise<Served> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] })
    const gone = new Promise<void>((over) => child.once("close", () => over()))
    let said = ""
    const printed = (signal: NodeJS.Signals, wanted: RegExp) => {
      const from = said.length
      child.kill(signal)
      return new Promise<string>((found) => {
        const look = (): void => {
          if (wanted.test(said.slice(from))) found(said.slice(from))
          else child.stderr.once("data", look)
        }
        look()
      })
    }
    const hear = (part: Buffer): void => {
      said += part.toString()
      const [, port] = /127\.0\.0\.1:(\d+)/.exec(said) ?? []
      if (port === undefined) return
      resolve({
        port: Number(port),
        resident: () => residentOf(child),
        said: printed,
        end: () => {
          child.kill("SIGTERM")
          return gone
        }
      })
    }
    child.stdout.on("data", hear)
    child.stderr.on("data", hear)
    child.once("close", () => reject(new Error(`it ended before it served anything: ${said}`)))
  })

/** The daemon on the store of an address, with its paper exchange beside it, its books driven by nobody else. */
export const daemon = (store: string): Promise<Served> =>
  served([MAIN, "start", "--open", "--store", store, "--port", "0", "--log-level", "error"])

/** The same, on the store in a file. */
export const daemonOn = (file: string): Promise<Served> => daemon(`sqlite:${file}`)
