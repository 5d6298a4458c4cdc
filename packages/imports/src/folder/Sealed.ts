import { Effect, Stream } from "effect"
import { createHash } from "node:crypto"
import { open, type FileHandle } from "node:fs/promises"
import { fail, type ImportFileError } from "../ImportFileError.ts"
import { PLAINLY, stampOf } from "./Look.ts"
import { codeOf } from "./SpoolFault.ts"

/** What a file holds, piece by piece, so that nothing else is read of it later: a writer may still have it open. */
export interface Sealed {
  readonly sha256: string
  readonly pieces: ReadonlyArray<Buffer>
}

const PIECE = 16_384
const LINE_FEED = 10

const changed = (file: string) =>
  fail(file, "Unreadable", "was changed while it was read", "put it back into the folder once it is complete")

const handled = (file: string) => (cause: unknown) =>
  fail(file, "Unreadable", `cannot be read (${codeOf(cause)})`, "check the disk, then put it back into the folder")

const opened = (path: string, file: string) =>
  Effect.acquireRelease(Effect.tryPromise({ try: () => open(path, PLAINLY), catch: handled(file) }), (handle) =>
    Effect.promise(() => handle.close())
  )

/** The piece at a place, whole unless the file ends in it. */
const pieceAt = async (handle: FileHandle, at: number): Promise<Buffer> => {
  const piece = Buffer.allocUnsafe(PIECE)
  let used = 0
  for (;;) {
    const { bytesRead } = await handle.read(piece, used, PIECE - used, at + used)
    used += bytesRead
    if (bytesRead === 0 || used === PIECE) return piece.subarray(0, used)
  }
}

const hashOf = (piece: Uint8Array): Buffer => createHash("sha256").update(piece).digest()

/** Seals a file that nobody writes any more; `file` is the name that errors tell. One that was written to meanwhile, or that ends in mid-line, fails. */
export const seal = (path: string, file: string): Effect.Effect<Sealed, ImportFileError> =>
  Effect.gen(function* () {
    const handle = yield* opened(path, file)
    const stats = Effect.tryPromise({ try: () => handle.stat({ bigint: true }), catch: handled(file) })
    const before = yield* stats
    if (!before.isFile()) return yield* fail(file, "NotAFile", "is not a regular file", "put a file there")
    const whole = createHash("sha256")
    const pieces: Array<Buffer> = []
    let last: number | undefined
    for (let at = 0; at < Number(before.size); at += PIECE) {
      const piece = yield* Effect.tryPromise({ try: () => pieceAt(handle, at), catch: handled(file) })
      whole.update(piece)
      pieces.push(hashOf(piece))
      last = piece.at(-1)
    }
    if (stampOf(yield* stats) !== stampOf(before) || last !== LINE_FEED) return yield* changed(file)
    return { sha256: whole.digest("hex"), pieces }
  }).pipe(Effect.scoped)

/** The bytes that were sealed; one that is another now, or gone, fails before it is read. */
export const bytesOf = (path: string, file: string, { pieces }: Sealed): Stream.Stream<Uint8Array, ImportFileError> =>
  Stream.unwrapScoped(
    Effect.map(opened(path, file), (handle) =>
      Stream.fromIterable(pieces.entries()).pipe(
        Stream.rechunk(1),
        Stream.mapEffect(([index, sealed]) =>
          Effect.flatMap(
            Effect.tryPromise({ try: () => pieceAt(handle, index * PIECE), catch: handled(file) }),
            (piece) =>
              Effect.filterOrFail(
                Effect.succeed(piece),
                () => hashOf(piece).equals(sealed),
                () => changed(file)
              )
          )
        )
      )
    )
  )
