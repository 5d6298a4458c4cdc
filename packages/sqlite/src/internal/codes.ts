/** The names of SQLite's primary result codes by their numbers, from 0 (https://www.sqlite.org/rescode.html). */
const PRIMARY = (
  "OK ERROR INTERNAL PERM ABORT BUSY LOCKED NOMEM READONLY INTERRUPT IOERR CORRUPT NOTFOUND FULL CANTOPEN PROTOCOL EMPTY " +
  "SCHEMA TOOBIG CONSTRAINT MISMATCH MISUSE NOLFS AUTH FORMAT RANGE NOTADB NOTICE WARNING"
).split(" ")

/** What extended codes add to a primary one's name, by the byte above it, from 1. */
const EXTENDED: { readonly [primary: string]: string | undefined } = {
  ERROR: "MISSING_COLLSEQ RETRY SNAPSHOT",
  ABORT: "- ROLLBACK",
  BUSY: "RECOVERY SNAPSHOT TIMEOUT",
  LOCKED: "SHAREDCACHE VTAB",
  READONLY: "RECOVERY CANTLOCK ROLLBACK DBMOVED CANTINIT DIRECTORY",
  IOERR:
    "READ SHORT_READ WRITE FSYNC DIR_FSYNC TRUNCATE FSTAT UNLOCK RDLOCK DELETE BLOCKED NOMEM ACCESS CHECKRESERVEDLOCK LOCK CLOSE " +
    "DIR_CLOSE SHMOPEN SHMSIZE SHMLOCK SHMMAP SEEK DELETE_NOENT MMAP GETTEMPPATH CONVPATH VNODE AUTH BEGIN_ATOMIC COMMIT_ATOMIC " +
    "ROLLBACK_ATOMIC DATA CORRUPTFS IN_PAGE",
  CORRUPT: "VTAB SEQUENCE INDEX",
  CANTOPEN: "NOTEMPDIR ISDIR FULLPATH CONVPATH DIRTYWAL SYMLINK",
  CONSTRAINT: "CHECK COMMITHOOK FOREIGNKEY FUNCTION NOTNULL PRIMARYKEY TRIGGER UNIQUE VTAB ROWID PINNED DATATYPE"
}

const PRIMARY_BITS = 8

/** The name of a result code, which begins with that of its primary one; one that is newer than this list has its number. */
export const nameOf = (code: number): string => {
  const primary = PRIMARY[code & ((1 << PRIMARY_BITS) - 1)]
  const extended = code >> PRIMARY_BITS
  if (primary === undefined) return `SQLITE_${code}`
  if (extended === 0) return `SQLITE_${primary}`
  return `SQLITE_${primary}_${EXTENDED[primary]?.split(" ")[extended - 1] ?? extended}`
}
