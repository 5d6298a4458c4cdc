import { SqlError } from "@effect/sql/SqlError"
import { Books, Table, TradeRepository } from "@roundlot/core/adapter"
import { Ddl, Rules } from "@roundlot/store-sql"
import { DatabaseError } from "pg"

type Problem = TradeRepository.StoreUnavailable["problem"]

const REMEDIES: { readonly [P in Problem]: string } = {
  busy: "Other sessions use it: retry, or check what holds its locks",
  full: "Free some space on the server, then try again",
  read_only: "Name the primary server and a user who may create and write tables",
  corrupt: "Keep the server's files, and restore the database from a backup",
  from_the_future: "Use the newer Roundlot that wrote it, or name another database",
  not_ours: "Name another database",
  not_active: "Name the store that drives",
  missing: "Make the database, or name another one",
  io: "Look at the server, its address and the user's password"
}

/** The failure of the store at `place`, with the problem's own remedy where none is given. */
export const unavailable = (
  place: string,
  problem: Problem,
  detail: string,
  remedy = REMEDIES[problem]
): TradeRepository.StoreUnavailable => new TradeRepository.StoreUnavailable({ place, problem, detail, remedy })

/** By the beginning of a SQLSTATE, the longer first. */
const PROBLEMS: ReadonlyArray<readonly [prefix: string, problem: Problem, detail: string]> = [
  ["25006", "read_only", "it does not take writes"],
  ["42501", "read_only", "this user may not do that"],
  ["28", "io", "it refuses this user"],
  ["3D000", "missing", "there is no such database"],
  ["3F000", "missing", "there is no such schema"],
  ["40", "busy", "others changed the same rows again and again"],
  ["55P03", "busy", "a lock was not free in time"],
  ["57014", "busy", "a statement took too long and was ended"],
  ["53100", "full", "the server's disk is full"],
  ["53", "busy", "the server has no room for another connection"],
  ["57P", "io", "the server is going down or coming up"],
  ["58", "io", "the server cannot read or write its files"],
  ["08", "io", "the connection broke"],
  ["25P0", "io", "the server ended a transaction that stood still"],
  ["XX00", "corrupt", "the database is damaged"]
]

/** The error of the driver or of the socket below what `@effect/sql` reports. */
const driverError = (error: unknown): Error | undefined => {
  if (error instanceof SqlError) return driverError(error.cause)
  return error instanceof Error ? error : undefined
}

/** The server's own answer; there is none where the connection broke before it came. */
export const answerOf = (error: unknown): DatabaseError | undefined => {
  const inner = driverError(error)
  return inner instanceof DatabaseError ? inner : undefined
}

/** Was the same work refused because of what others did meanwhile: a deadlock, a serialization failure? */
export const isConflict = (error: unknown): boolean => answerOf(error)?.code?.startsWith("40") === true

/** Is it a key that is taken? */
export const isUniqueRefusal = (error: unknown): boolean => answerOf(error)?.code === "23505"

/** Did the connection break, or was none to be had? What was asked last may or may not have been done. */
export const isDisconnect = (error: unknown): boolean => {
  if (!(error instanceof SqlError)) return false
  const code = answerOf(error)?.code
  return code === undefined || code.startsWith("08") || code.startsWith("57P") || code === "53300"
}

const withoutPrefix = (name: string): string => (name.startsWith(Ddl.PREFIX) ? name.slice(Ddl.PREFIX.length) : name)

const isTable = (name: string): name is Table.TableName => name in Books.tables

const uniqueColumns = (table: string, constraint: string): ReadonlyArray<string> => {
  // A segment's first entry is what its key says.
  if (table === "journal") return ["account", "seq"]
  if (!isTable(table)) return [constraint]
  const described = Books.tables[table]
  const index = Ddl.indexesOf(described).find((each) => Ddl.nameOf(`${table}_${each.name}`) === constraint)
  return index?.columns ?? described.key
}

/** What was refused, in the words in which every store says it. */
const constraintOf = (table: string, error: DatabaseError): string => {
  const constraint = error.constraint ?? ""
  switch (error.code) {
    case "23502":
      return `NOT NULL ${table}.${error.column ?? ""}`
    case "23503": {
      const references = isTable(table) ? Rules.rules[table].references : []
      const found = references.find((each) => isTable(table) && Ddl.referenceName(table, each) === constraint)
      return found === undefined ? `FOREIGN KEY ${constraint}` : `FOREIGN KEY ${found.column} to ${found.table}`
    }
    case "23505":
      return `UNIQUE ${uniqueColumns(table, constraint)
        .map((column) => `${table}.${column}`)
        .join(", ")}`
    default:
      return `CHECK ${constraint}`
  }
}

/** A cell that its type does not take is refused before any constraint is looked at. */
const isMisshapen = (code: string): boolean => code.startsWith("22")

const ofServer = (place: string, error: DatabaseError, table: string): TradeRepository.StoreError | undefined => {
  const code = error.code ?? ""
  if (code.startsWith("23")) {
    const named = withoutPrefix(error.table ?? table)
    return new TradeRepository.ConstraintRefused({ table: named, constraint: constraintOf(named, error) })
  }
  if (isMisshapen(code)) return new TradeRepository.ConstraintRefused({ table, constraint: `TYPE ${error.message}` })
  const found = PROBLEMS.find(([prefix]) => code.startsWith(prefix))
  return found === undefined ? undefined : unavailable(place, found[1], `${found[2]} (${code}: ${error.message})`)
}

/** What the pool says, of a server that does not answer and of connections that are all in use alike. */
const NONE_IN_TIME = "timeout exceeded when trying to connect"

const withoutAnswer = (place: string, error: SqlError): TradeRepository.StoreUnavailable => {
  const said = driverError(error)?.message ?? error.message
  if (said !== NONE_IN_TIME) return unavailable(place, "io", `it cannot be reached (${said})`)
  const remedy = "Look at the server and its address; where they are well, all connections of this process were in use"
  return unavailable(place, "io", "no connection was to be had in time", remedy)
}

/** The typed failure that an error of the store at `place` stands for; `undefined` where it is a fault of ours. */
export const failureOf = (place: string, error: unknown, table = ""): TradeRepository.StoreError | undefined => {
  const isTyped =
    error instanceof Table.BadRow ||
    error instanceof TradeRepository.StoreUnavailable ||
    error instanceof TradeRepository.ConstraintRefused
  if (isTyped) return error
  if (!(error instanceof SqlError)) return undefined
  const answer = answerOf(error)
  return answer === undefined ? withoutAnswer(place, error) : ofServer(place, answer, table)
}

/** The typed failure of an error; what is not known is a failure of reading or writing. */
export const failureOrIo = (place: string, error: unknown): TradeRepository.StoreError => {
  const failure = failureOf(place, error) ?? unavailable(place, "io", driverError(error)?.message ?? String(error))
  if (isCut(error)) cuts.add(failure)
  return failure
}

const CUT_CODES: ReadonlySet<unknown> = new Set(["ECONNRESET", "EPIPE"])

/** What the driver says where a connection that it had has ended before an answer came. */
const ENDED = "Connection terminated unexpectedly"

/** Was a connection cut that was there? One that could not be had at all was not. */
export const isCut = (error: unknown): boolean => {
  if (error instanceof TradeRepository.StoreUnavailable) return cuts.has(error)
  const inner = driverError(error)
  if (inner === undefined || inner instanceof DatabaseError) return false
  return inner.message === ENDED || ("code" in inner && CUT_CODES.has(inner.code))
}

/** The typed failures that a cut connection was the cause of. */
const cuts = new WeakSet<TradeRepository.StoreError>()

/** Is the server coming up? Soon it is there. */
export const isBetweenServers = (error: unknown): boolean => answerOf(error)?.code === "57P03"
