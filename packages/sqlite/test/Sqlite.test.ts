import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import process from "node:process"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { Worker } from "node:worker_threads"
import { afterEach, describe, expect, test } from "vitest"
import { Sqlite } from "../src/index.ts"
import { find } from "../src/internal/provider.ts"

const folders: Array<string> = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const freshFile = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "roundlot-sqlite-"))
  folders.push(folder)
  return join(folder, "a b?#%.db")
}

const TABLE = `CREATE TABLE notes (
  id INTEGER PRIMARY KEY, text TEXT NOT NULL, bytes BLOB, number INTEGER CHECK (number < 100), name TEXT UNIQUE,
  parent INTEGER REFERENCES notes (id)) STRICT`

const collect = (() => {
  setFlagsFromString("--expose-gc")
  const found: unknown = runInNewContext("gc")
  if (typeof found !== "function") throw new Error("memory cannot be collected")
  return () => void Reflect.apply(found, undefined, [])
})()

const withNotes = (file = ":memory:", options: Sqlite.Options = {}) => {
  const database = Sqlite.open(file, options)
  database.exec(TABLE)
  return { database, insert: database.prepare("INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?)") }
}

const count = (database: Sqlite.Database) => Sqlite.scalar(database, "SELECT count(*) FROM notes")()

const emptied = (database: Sqlite.Database) => database.exec("DELETE FROM notes")

const tables = (database: Sqlite.Database) => database.prepare("SELECT * FROM sqlite_schema").all()

/** What something gives, or in words what it throws. */
const given = (act: () => unknown): unknown => {
  try {
    return act()
  } catch (error) {
    return String(error)
  }
}

/** The code of what is thrown; `undefined` where it is not SQLite's. */
const codeOf = (act: () => unknown): string | undefined => {
  try {
    act()
  } catch (error) {
    return Sqlite.codeOf(error)
  }
  throw new Error("nothing was thrown")
}

describe("cells", () => {
  test("come back as they were bound, a BLOB as a Uint8Array, and a row has no prototype", () => {
    const { database, insert } = withNotes()
    expect(insert.run(1, "x", new Uint8Array([1, 2]), 5, null, null)).toMatchObject({ changes: 1 })
    const row = database.prepare<object>("SELECT * FROM notes").get()
    expect({ ...row }).toEqual({ id: 1, text: "x", bytes: new Uint8Array([1, 2]), number: 5, name: null, parent: null })
    expect(Object.getPrototypeOf(row)).toBeNull()
    expect(Sqlite.scalar<Uint8Array>(database, "SELECT bytes FROM notes")()?.constructor).toBe(Uint8Array)
    expect(Sqlite.scalar(database, "SELECT length(?)")(new Uint8Array(3))).toBe(3)
    database.close()
  })

  test("integers beyond 2^53 are refused when they are read, and bound as they are", () => {
    const database = Sqlite.open(":memory:")
    const largest = Number.MAX_SAFE_INTEGER
    expect(Sqlite.scalar(database, `SELECT ${largest}`)()).toBe(largest)
    expect(() => Sqlite.scalar(database, "SELECT 9007199254740993")()).toThrow("too large")
    expect(() => database.prepare("SELECT 9007199254740993 AS n").all()).toThrow("too large")
    expect(Sqlite.scalar(database, "SELECT ? = 9007199254740993")(9_007_199_254_740_993n)).toBe(1)
    database.close()
  })

  test("a text with a NUL character is bound whole, or refused: it is never another text", () => {
    const { database, insert } = withNotes()
    insert.run(1, "a", null, null, null, null)
    const find = Sqlite.scalar(database, "SELECT id FROM notes WHERE text = ?")
    const list = database.prepare("SELECT id FROM notes WHERE text = ?")
    const results = [
      given(() => insert.run(2, "b\0c", null, null, null, null).changes),
      given(() => find("a\0b")),
      given(() => list.all("a\0b")),
      given(() => [...list.iterate("a\0b")])
    ]
    const refused = "TypeError: a text with a NUL character cannot be bound"
    expect([[1, undefined, [], []], Array(4).fill(refused)]).toContainEqual(results)
    expect(find("b")).toBeUndefined()
    database.close()
  })

  test("what is none is refused, and one too many; one that is not given is NULL", () => {
    const database = Sqlite.open(":memory:")
    const both = database.prepare("SELECT ?, ?")
    expect(() => Reflect.apply(both.all, both, [undefined, 1])).toThrow(TypeError)
    expect(() => Reflect.apply(both.run, both, [[1, 2]])).toThrow(/bound|named/)
    expect(codeOf(() => both.get(1, 2, 3))).toBe("SQLITE_RANGE")
    expect(Sqlite.scalar(database, "SELECT ?1 IS NULL")()).toBe(1)
    database.close()
  })

  test("rows can be arrays, with the names of their columns beside them", () => {
    const database = Sqlite.open(":memory:")
    const statement = database.prepare("SELECT 1 AS a, 'x' AS b, 2 AS a")
    statement.setReturnArrays(true)
    expect([statement.get(), statement.all()]).toEqual([[1, "x", 2], [[1, "x", 2]]])
    expect(statement.columns().map(({ name }) => name)).toEqual(["a", "b", "a"])
    expect(database.prepare("BEGIN").all()).toEqual([])
    expect(database.isTransaction).toBe(true)
    database.close()
  })
})

describe("a connection", () => {
  test("is set as it was asked for, and says so", () => {
    const database = Sqlite.open(freshFile(), { timeout: 20 })
    const read = (name: string) => Sqlite.scalar(database, `PRAGMA ${name}`)()
    expect([read("busy_timeout"), read("foreign_keys")]).toEqual([20, 1])
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    expect([read("journal_mode"), read("synchronous")]).toEqual(["wal", 2])
    // Text in double quotes is a name.
    expect(() => database.prepare('SELECT "nothing"')).toThrow(/no such column/)
    database.close()
  })

  test("makes a file only where it may, and writes none that it only reads", () => {
    const file = freshFile()
    expect(codeOf(() => Sqlite.open(file, { readOnly: true }))).toBe("SQLITE_CANTOPEN")
    expect(codeOf(() => Sqlite.open(file, { mustExist: true }))).toBe("SQLITE_CANTOPEN")
    expect(existsSync(file)).toBe(false)
    withNotes(file).database.close()
    expect(Sqlite.using(file, { mustExist: true }, count)).toBe(0)
    expect(codeOf(() => Sqlite.using(file, { readOnly: true }, emptied))).toBe("SQLITE_READONLY")
  })

  test("is to the file of a name, also where that begins like an address", () => {
    const [folder, before] = [dirname(freshFile()), process.cwd()]
    process.chdir(folder)
    try {
      withNotes("file:x?mode=memory").database.close()
      expect(Sqlite.using("file:x?mode=memory", { mustExist: true }, count)).toBe(0)
      expect(Sqlite.using("file:x?mode=memory", { readOnly: true }, count)).toBe(0)
    } finally {
      process.chdir(before)
    }
    expect(existsSync(join(folder, "file:x?mode=memory"))).toBe(true)
  })

  test("is closed with statements open, gives its locks back, and is closed once", () => {
    const file = freshFile()
    const { database, insert } = withNotes(file)
    insert.run(1, "x", null, 1, null, null)
    database.exec("BEGIN EXCLUSIVE")
    const kept = database.prepare("SELECT * FROM notes")
    kept.get()
    database.close()
    expect(database.isOpen).toBe(false)
    Sqlite.using(file, { timeout: 0 }, (other) => other.exec("BEGIN EXCLUSIVE; COMMIT"))
    expect(() => kept.get()).toThrow(/closed|finalized/)
    expect(() => database.close()).toThrow("not open")
  })

  test("an iteration that is left early holds nothing, nor does one that is under way when it is closed", () => {
    const file = freshFile()
    const { database, insert } = withNotes(file)
    database.exec("PRAGMA journal_mode = WAL")
    for (const id of [1, 2, 3]) insert.run(id, "x", null, null, null, null)
    const other = Sqlite.open(file)
    const read = other.prepare("SELECT id FROM notes")
    for (const row of read.iterate()) {
      expect(row).toMatchObject({ id: 1 })
      break
    }
    other.exec("CREATE TABLE more (a); DROP TABLE more")
    const underWay = read.iterate()[Symbol.iterator]()
    expect(underWay.next().value).toMatchObject({ id: 1 })
    other.close()
    insert.run(4, "x", null, null, null, null)
    expect(database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").all()).toMatchObject([{ busy: 0, log: 0 }])
    expect(() => underWay.next()).toThrow(/closed|finalized/)
    database.close()
  })

  test("is there for as long as a statement of it, and a statement for as long as what reads it", async () => {
    const statements = Array.from({ length: 50 }, () => {
      const { database, insert } = withNotes()
      database.prepare("SELECT 1 UNION SELECT 2").iterate()[Symbol.iterator]().next()
      return insert
    })
    const databases = Array.from({ length: 50 }, () => {
      const { database } = withNotes()
      database.prepare("SELECT 1 UNION SELECT 2").iterate()[Symbol.iterator]().next()
      return database
    })
    // The memory of what was collected is used again by what is opened then.
    for (let turn = 0; turn < 3; turn++) {
      collect()
      await new Promise((resolve) => setImmediate(resolve))
    }
    const others = Array.from({ length: 200 }, () => Sqlite.open(":memory:"))
    expect(statements.map((insert) => insert.run(1, "x", null, null, null, null).changes)).toEqual(Array(50).fill(1))
    for (const each of [...databases, ...others]) each.close()
  })

  test("is had by a thread by the name that `require` knows", async () => {
    const program = `const { DatabaseSync } = require(require("node:worker_threads").workerData)
      const database = new DatabaseSync(":memory:")
      require("node:worker_threads").parentPort.postMessage(database.prepare("SELECT 7 AS n").get().n)`
    const thread = new Worker(program, { eval: true, workerData: Sqlite.requireName(), stderr: true })
    expect(await new Promise((resolve) => thread.once("message", resolve))).toBe(7)
    await thread.terminate()
  })
})

describe("a transaction", () => {
  test("keeps all or nothing, and leaves none open", () => {
    const { database, insert } = withNotes()
    expect(Sqlite.transaction(database, () => insert.run(1, "x", null, 1, null, null).changes)).toBe(1)
    expect(() =>
      Sqlite.transaction(database, () => {
        insert.run(2, "x", null, 1, null, null)
        throw new Error("no")
      })
    ).toThrow("no")
    database.exec("PRAGMA defer_foreign_keys = ON")
    const dangling = () => {
      database.exec("PRAGMA defer_foreign_keys = ON")
      insert.run(3, "x", null, 1, null, 77)
    }
    expect(codeOf(() => Sqlite.transaction(database, dangling))).toBe("SQLITE_CONSTRAINT_FOREIGNKEY")
    expect([database.isTransaction, Sqlite.scalar(database, "SELECT count(*) FROM notes")()]).toEqual([false, 1])
    database.close()
  })
})

describe("a failure", () => {
  const sound: ReadonlyArray<Sqlite.Cell> = [2, "x", null, 1, "b", null]
  const refused: ReadonlyArray<readonly [code: string, at: number, cell: Sqlite.Cell]> = [
    ["SQLITE_CONSTRAINT_PRIMARYKEY", 0, 1],
    ["SQLITE_CONSTRAINT_NOTNULL", 1, null],
    ["SQLITE_CONSTRAINT_CHECK", 3, 500],
    ["SQLITE_CONSTRAINT_DATATYPE", 3, "many"],
    ["SQLITE_CONSTRAINT_UNIQUE", 4, "a"],
    ["SQLITE_CONSTRAINT_FOREIGNKEY", 5, 77]
  ]

  test("of a constraint says which kind", () => {
    const { database, insert } = withNotes()
    insert.run(1, "x", null, 1, "a", null)
    for (const [code, at, cell] of refused) expect(codeOf(() => insert.run(...sound.with(at, cell)))).toBe(code)
    const returning = database.prepare("INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?) RETURNING id")
    expect(codeOf(() => returning.all(...sound.with(0, 1)))).toMatch(/^SQLITE_CONSTRAINT/)
    database.close()
  })

  test("of a lock comes after the time that was given, by every way to ask", () => {
    const file = freshFile()
    const { database } = withNotes(file, { timeout: 20 })
    const holder = Sqlite.open(file)
    holder.exec("BEGIN EXCLUSIVE")
    const begun = performance.now()
    expect(codeOf(() => database.exec("BEGIN IMMEDIATE"))).toBe("SQLITE_BUSY")
    const took = performance.now() - begun
    expect(took).toBeGreaterThan(15)
    const read = () => database.prepare("SELECT * FROM notes")
    expect(codeOf(() => database.prepare("BEGIN IMMEDIATE").run())).toBe("SQLITE_BUSY")
    expect(codeOf(() => database.prepare("BEGIN IMMEDIATE").all())).toBe("SQLITE_BUSY")
    expect(codeOf(() => read().get())).toBe("SQLITE_BUSY")
    expect(codeOf(() => read().all())).toBe("SQLITE_BUSY")
    expect(codeOf(() => [...read().iterate()])).toBe("SQLITE_BUSY")
    holder.close()
    expect(read().all()).toEqual([])
    database.close()
  })

  test("of a read that is too old to write says so", () => {
    const file = freshFile()
    const { database, insert } = withNotes(file)
    database.exec("PRAGMA journal_mode = WAL; BEGIN")
    database.prepare("SELECT * FROM notes").all()
    Sqlite.using(file, {}, (other) => other.exec("INSERT INTO notes (id, text) VALUES (9, 'x')"))
    expect(codeOf(() => insert.run(1, "x", null, 1, null, null))).toBe("SQLITE_BUSY_SNAPSHOT")
    database.close()
  })

  test("of the file says what is wrong with it", () => {
    const file = freshFile()
    writeFileSync(file, "no database ".repeat(500))
    expect(codeOf(() => Sqlite.using(file, {}, tables))).toBe("SQLITE_NOTADB")
    const { database, insert } = withNotes()
    database.exec("PRAGMA max_page_count = 3")
    expect(codeOf(() => insert.run(1, "x".repeat(100_000), null, 1, null, null))).toBe("SQLITE_FULL")
    database.exec("PRAGMA query_only = ON")
    expect(codeOf(() => insert.run(1, "x", null, 1, null, null))).toBe("SQLITE_READONLY")
    database.close()
    expect(codeOf(() => tables(database))).toBeUndefined()
  })
})

describe("where SQLite comes from", () => {
  test("the one that Node has built in, where it is complete", () => {
    const isBuiltIn = (() => {
      try {
        return "backup" in createRequire(import.meta.url)("node:sqlite")
      } catch {
        return false
      }
    })()
    expect(Sqlite.requireName() === "node:sqlite").toBe(isBuiltIn)
  })

  test("each place is said that has none, and the Node that has one", () => {
    const thrown = (() => {
      try {
        return find(["node:nothing", "node:util"])
      } catch (error) {
        return error
      }
    })()
    if (!(thrown instanceof Sqlite.NoSqlite)) throw new Error("it was found")
    expect(thrown.reasons).toEqual([expect.stringContaining("node:nothing: "), "node:util is not complete"])
    expect(thrown.message).toContain(`there is no SQLite for Node ${process.versions.node} on ${process.platform}`)
    expect(thrown.remedy).toContain("Node 22.16 or newer")
  })
})
