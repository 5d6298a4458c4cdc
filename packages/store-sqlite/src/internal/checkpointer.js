import { createRequire } from "node:module"
import process from "node:process"
import { pathToFileURL } from "node:url"
import { parentPort, workerData } from "node:worker_threads"

/**
 * A thread's program, in JavaScript because a thread has no loader of its program's but Node's own: each time that it is asked it
 * writes what waits beside a store into its file, and says so. It never waits for a reader or a writer (`PASSIVE`), and writes no row.
 *
 * @param {import("node:worker_threads").MessagePort} port
 * @param {{ readonly file: string, readonly sqlite: string }} given the store's file, and where the program has found SQLite
 */
const serve = (port, { file, sqlite }) => {
  // What Node warns of is known to the program, which loaded the same.
  process.emitWarning = () => undefined
  const { DatabaseSync } = createRequire(import.meta.url)(sqlite)
  const db = new DatabaseSync(`${pathToFileURL(file).href}?mode=rw`, { timeout: 0 })
  db.exec("PRAGMA synchronous = FULL")
  const write = () => {
    try {
      db.exec("PRAGMA wal_checkpoint(PASSIVE)")
    } catch {
      // What stands in the way is met, and said, by who commits: pages that are left here are written then.
    }
    port.postMessage("written")
  }
  const end = () => {
    db.close()
    port.close()
  }
  port.on("message", (wanted) => (wanted === "end" ? end() : write()))
}

if (parentPort !== null) serve(parentPort, workerData)
