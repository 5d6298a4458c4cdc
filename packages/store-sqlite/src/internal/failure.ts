import { SqlError } from "@effect/sql/SqlError"
import { Table, TradeRepository } from "@roundlot/core/adapter"
import { Sqlite } from "@roundlot/sqlite"
import { Ddl } from "@roundlot/store-sql"

type Problem = TradeRepository.StoreUnavailable["problem"]

const REMEDIES: { readonly [P in Problem]: string } = {
  busy: "Another process is writing to it: try again when that is done, or end that process",
  full: "Free some space on its disk, then try again: nothing of the write was kept, and a daemon goes on by itself",
  read_only: "Give this user the right to read and write the file and its folder",
  corrupt: "Keep the file, restore the store from a backup, or name another file",
  from_the_future: "Use the newer Roundlot that wrote it, or name another file",
  not_ours: "Name another file",
  not_active: "Name the store that drives",
  missing: "Name a file in a folder that can be made",
  io: "Look at the disk, the path and the rights of the folder"
}

/** The failure of the store in `file`, with the problem's own remedy where none is given. */
export const unavailable = (
  file: string,
  problem: Problem,
  detail: string,
  remedy = REMEDIES[problem]
): TradeRepository.StoreUnavailable => new TradeRepository.StoreUnavailable({ place: file, problem, detail, remedy })

/** SQLite calls it a full disk only where the system does: a quota, or a limit on the size of files, it does not. */
const NOT_WRITTEN =
  "See whether its disk is full, or a quota or limit on files is reached (df, ulimit -f), and make room: nothing of the write was kept, and a daemon goes on by itself. With room, look at the disk itself"

const PROBLEMS: ReadonlyArray<readonly [prefix: string, problem: Problem, detail: string, remedy?: string]> = [
  ["SQLITE_BUSY", "busy", "the database is locked"],
  ["SQLITE_LOCKED", "busy", "the database is locked"],
  ["SQLITE_PROTOCOL", "busy", "the database is locked"],
  ["SQLITE_FULL", "full", "there is no room for the write: the disk is full"],
  ["SQLITE_READONLY", "read_only", "it cannot be written"],
  ["SQLITE_PERM", "read_only", "it cannot be written"],
  ["SQLITE_CORRUPT", "corrupt", "the database is damaged"],
  ["SQLITE_NOTADB", "corrupt", "it is no SQLite database"],
  ["SQLITE_FORMAT", "corrupt", "it is no SQLite database"],
  ["SQLITE_CANTOPEN", "io", "it cannot be opened"],
  ["SQLITE_IOERR_WRITE", "io", "there seems to be no room for the write", NOT_WRITTEN],
  ["SQLITE_IOERR_SHMSIZE", "io", "there seems to be no room for the write", NOT_WRITTEN],
  ["SQLITE_IOERR", "io", "reading or writing it failed"]
]

/** The database's names as every store has them: without the prefix, and the first entry of a segment, which its key says, as an entry. */
const contractNames = (text: string): string =>
  text.replaceAll(Ddl.PREFIX, "").replace("journal.firstSeq", "journal.seq")

/** SQLite's words for what was refused: `CHECK constraint failed: orders_when_filled` becomes `CHECK orders_when_filled`. */
const refusedBy = (error: Error, table: string): TradeRepository.ConstraintRefused => {
  const [, kind = "", detail = ""] = /^(.*?) ?constraint failed:? ?(.*)$/s.exec(error.message) ?? [
    "",
    "",
    error.message
  ]
  const named = /\broundlot_(\w+)\./.exec(detail)?.[1]
  return new TradeRepository.ConstraintRefused({
    table: named ?? table,
    constraint: contractNames(`${kind} ${detail}`.trim())
  })
}

const ofSqlite = (file: string, code: string, error: Error, table: string): TradeRepository.StoreError | undefined => {
  if (code.startsWith("SQLITE_CONSTRAINT")) return refusedBy(error, table)
  const found = PROBLEMS.find(([prefix]) => code.startsWith(prefix))
  if (found === undefined) return undefined
  const [, problem, detail, remedy] = found
  return unavailable(file, problem, `${detail} (${code})`, remedy)
}

/** The typed failure that an error of the store in `file` stands for; `undefined` where it is a fault of ours. */
export const failureOf = (file: string, error: unknown, table = ""): TradeRepository.StoreError | undefined => {
  if (error instanceof SqlError) return failureOf(file, error.cause, table)
  if (error instanceof Sqlite.NoSqlite) return unavailable(file, "io", error.message, error.remedy)
  const code = Sqlite.codeOf(error)
  if (code !== undefined && error instanceof Error) return ofSqlite(file, code, error, table)
  const isTyped =
    error instanceof Table.BadRow ||
    error instanceof TradeRepository.StoreUnavailable ||
    error instanceof TradeRepository.ConstraintRefused
  return isTyped ? error : undefined
}

/** The typed failure of an error; what is not known is a failure of reading or writing. */
export const failureOrIo = (file: string, error: unknown): TradeRepository.StoreError =>
  failureOf(file, error) ?? unavailable(file, "io", error instanceof Error ? error.message : String(error))

const FILE_PROBLEMS: { readonly [code: string]: readonly [Problem, string] | undefined } = {
  EISDIR: ["io", "it is a folder, not a file"],
  ENOTDIR: ["missing", "a part of its path is a file, not a folder"],
  EEXIST: ["missing", "a part of its path is a file, not a folder"],
  ENOENT: ["missing", "its folder does not exist"],
  EACCES: ["read_only", "it may not be read and written"],
  EPERM: ["read_only", "it may not be read and written"],
  EROFS: ["read_only", "it is on a disk that is not written to"],
  ENOSPC: ["full", "there is no room to make it"],
  EFBIG: ["full", "there is no room to make it"],
  EDQUOT: ["full", "there is no room to make it"]
}

/** The typed failure of an error of the file system. */
export const fileFailureOf = (file: string, error: unknown): TradeRepository.StoreUnavailable => {
  const code = error instanceof Error && "code" in error ? String(error.code) : ""
  const [problem, detail] = FILE_PROBLEMS[code] ?? ["io", `it cannot be opened (${code === "" ? String(error) : code})`]
  return unavailable(file, problem, detail)
}
