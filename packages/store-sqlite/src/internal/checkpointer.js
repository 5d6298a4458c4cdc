import { parentPort, workerData } from "node:worker_threads"
import Database from "better-sqlite3"

/**
 * A thread's program, in JavaScript because a thread has no loader of its program's but Node's own: each time that it is asked it
 * writes what waits beside a store into its file, and says so. It never waits for a reader or a writer (`PASSIVE`), and writes no row.
 *
 * @param {import("node:worker_threads").MessagePort} port
 * @param {string} file
 */
const serve = (port, file) => {
  const db = new Database(file, { timeout: 0, fileMustExist: true })
  db.pragma("synchronous = FULL")
  const write = () => {
    try {
      db.pragma("wal_checkpoint(PASSIVE)")
    } catch {
      // What stands in the way is met, and told, by whoever commits: pages that are left here are written then.
    }
    port.postMessage("written")
  }
  const end = () => {
    db.close()
    port.close()
  }
  port.on("message", (wanted) => (wanted === "end" ? end() : write()))
}

if (parentPort !== null) serve(parentPort, String(workerData))
