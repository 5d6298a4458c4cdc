import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { Sqlite } from "@roundlot/sqlite"
import { expect, it, onTestFinished } from "vitest"

it("the README's program is this one", () => {
  const before = process.cwd()
  const folder = mkdtempSync(join(tmpdir(), "roundlot-notes-"))
  process.chdir(folder)
  onTestFinished(() => {
    process.chdir(before)
    rmSync(folder, { recursive: true })
  })

  const database = Sqlite.open("notes.db", { timeout: 20 })
  database.exec("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
  const insert = database.prepare("INSERT INTO notes (text) VALUES (?)")
  Sqlite.transaction(database, () => insert.run("one"))
  const count = Sqlite.scalar<number>(database, "SELECT count(*) FROM notes")()
  database.close()

  expect(count).toBe(1)
})
